from __future__ import annotations

import pytest

from bot.assistant.scripted import NOT_UNDERSTOOD, understood
from bot.conversation.rules import (
    Decision,
    Situation,
    decide,
    decide_on_content,
    fitting,
    is_word,
    mind_content,
)
from bot.messages import Reading, Reply, Understanding
from tests.fakes.example import BRAND, GUARD

FIRST = Situation()
CABIN_BAG = understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")


def decided(understanding: Understanding, situation: Situation = FIRST) -> str:
    return decide(understanding, situation, BRAND).kind


@pytest.mark.parametrize(
    ("understanding", "kind", "team", "priority"),
    [
        (understood("complaint", "complaint", "Sorry."), "hand_over", None, "high"),
        (understood("problem", "problem"), "hand_over", None, "high"),
        (understood("crisis", "crisis"), "hand_over", "crisis", "urgent"),
        (understood("opportunity", "opportunity"), "hand_over", "sales", "normal"),
        (understood("ask_human", "other"), "hand_over", None, "normal"),
        (understood("idea", "idea", "Thank you."), "acknowledge", "marketing", "low"),
        (understood("thanks", "thanks", "With pleasure."), "thank", None, "normal"),
        (CABIN_BAG, "answer", None, "normal"),
        (NOT_UNDERSTOOD, "clarify", None, "normal"),
    ],
)
def test_a_register_is_handled_as_the_brand_wants(
    understanding: Understanding, kind: str, team: str | None, priority: str
) -> None:
    decision = decide(understanding, FIRST, BRAND)
    assert (decision.kind, decision.team, decision.priority) == (kind, team, priority)


def test_a_question_without_an_answer_goes_to_a_human() -> None:
    assert decided(understood("question", "question")) == "hand_over"


def test_a_little_doubt_is_enough_where_the_brand_says_so_and_the_agent_is_told() -> None:
    reading = Reading(intent="chat", register="other", confidence=0.9, registers={"complaint": 0.1})
    decision = decide(Understanding(reading=reading), FIRST, BRAND)
    assert (decision.kind, decision.reason, decision.register) == ("hand_over", "doubt", "other")


def test_the_same_doubt_does_not_keep_the_bot_from_thanking() -> None:
    registers = {"thanks": 0.95, "complaint": 0.03}
    reading = Reading(intent="thanks", register="thanks", confidence=0.95, registers=registers)
    replies = (Reply(name="utter_thanks", text="With pleasure."),)
    assert decided(Understanding(reading=reading, replies=replies)) == "thank"


def test_an_answer_is_not_pasted_when_the_guess_is_weak() -> None:
    weak = understood("question_cabin_bag", "question", "One cabin bag.", confidence=0.38)
    assert decided(weak) == "clarify"


def test_an_answer_is_not_pasted_below_what_may_well_be_a_complaint() -> None:
    reading = Reading(
        intent="question_cabin_bag",
        register="question",
        confidence=0.64,
        registers={"question": 0.64, "complaint": 0.2, "problem": 0.16},
    )
    replies = (Reply(text="One cabin bag.", name="utter_question_cabin_bag"),)
    decision = decide(Understanding(reading=reading, replies=replies), FIRST, BRAND)
    assert (decision.kind, decision.reason) == ("hand_over", "doubt")


def test_what_the_guard_finds_goes_to_a_human_whatever_the_classifier_says() -> None:
    thanks = understood("thanks", "thanks", "With pleasure.")
    (found, *_) = GUARD.inspect("thank you, there is smoke in the cabin", "en")
    decision = decide(thanks, FIRST, BRAND, found)
    assert (decision.kind, decision.register, decision.reason) == ("hand_over", "crisis", "danger")
    assert (decision.team, decision.priority) == ("crisis", "urgent")


def test_a_bereavement_goes_to_a_person_and_not_to_the_crisis_cell() -> None:
    thanks = understood("thanks", "thanks", "With pleasure.")
    (found, *_) = GUARD.inspect("my mother passed away yesterday", "en")
    decision = decide(thanks, FIRST, BRAND, found)
    assert (decision.kind, decision.team, decision.reason) == ("hand_over", None, "bereavement")


def test_the_second_misunderstanding_in_a_row_goes_to_a_human() -> None:
    again = Situation(misunderstandings=1)
    assert decide(NOT_UNDERSTOOD, again, BRAND).reason == "not_understood_twice"


def test_an_action_that_gives_up_hands_over() -> None:
    live = understood("question_flight_status", "question")
    reply = Reply(text="See our site.", name="utter_hand_over_flight_status")
    given_up = Understanding(reading=live.reading, replies=(reply,))
    decision = decide(given_up, FIRST, BRAND)
    assert decision.reason == "no_live_data"
    assert fitting(given_up, decision) == (reply,)


def test_a_photo_goes_to_a_human_and_a_sticker_does_not() -> None:
    assert decide_on_content(frozenset({"photo"}), BRAND).kind == "hand_over"
    assert decide_on_content(frozenset({"sticker"}), BRAND).kind == "acknowledge"


def test_encrypted_message_beside_a_question_is_left_to_a_human() -> None:
    answer = decide(CABIN_BAG, FIRST, BRAND)
    assert mind_content(answer, frozenset({"photo"}), BRAND) == answer
    assert mind_content(answer, frozenset({"encrypted"}), BRAND).reason == "unreadable_content"
    complaint = decide(understood("complaint", "complaint"), FIRST, BRAND)
    assert mind_content(complaint, frozenset({"encrypted"}), BRAND) == complaint


def test_no_answer_is_pasted_before_a_handover() -> None:
    decision = Decision(kind="hand_over", reason="complaint", register="complaint", team="care")
    assert fitting(CABIN_BAG, decision) == ()
    warm = understood("complaint", "complaint", "I am sorry.")
    assert fitting(warm, decision) == warm.replies


def test_no_answer_of_another_topic_is_pasted_when_a_question_goes_to_a_human() -> None:
    again = Situation(misunderstandings=1)
    weak = understood("question_cabin_bag", "question", "One cabin bag.", confidence=0.38)
    decision = decide(weak, again, BRAND)
    assert (decision.kind, fitting(weak, decision)) == ("hand_over", ())


def test_who_asks_for_a_human_gets_the_words_for_it() -> None:
    asked = understood("ask_human", "other", "Of course.")
    assert fitting(asked, decide(asked, FIRST, BRAND)) == asked.replies


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("STOP", True),
        ("Arrêt !", True),
        ("arret", True),
        ("stop bot.", True),
        ("alto", True),
        ("please stop losing my bags", False),
        ("", False),
    ],
)
def test_a_stop_word_stops_only_alone(text: str, stops: bool) -> None:
    assert is_word(text, BRAND.words.stop) is stops
