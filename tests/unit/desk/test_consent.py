"""Said in public that it was solved in private: once, and with consent."""

from __future__ import annotations

import pytest

from bot.desk import actions, consent
from bot.desk.actions import Act
from bot.errors import AlreadyClaimed, ReplyRefused
from bot.store.rows import Agent, Case, Line
from tests.fakes.desk import DeskHouse


@pytest.fixture
def ann(house: DeskHouse) -> Agent:
    return house.agent("ann")


@pytest.fixture
def case(house: DeskHouse) -> Case:
    """A complaint in public that went on in private."""
    case = house.case("Where is my bag?", surface="public", message_id="post-1")
    house.joins(case)
    house.clock.forward(minutes=1)
    return case


def by(house: DeskHouse, case: Case, agent: Agent) -> Act:
    return Act(case_id=case.id, agent=agent, at=house.clock())


def ask(house: DeskHouse, case: Case, agent: Agent, token: str = "t") -> Line | None:  # noqa: S107
    act = by(house, case, agent)
    return house.store.run_now(consent.ask, act, token=token, brand=house.brand, platforms=house.platforms)


def answers(house: DeskHouse, text: str) -> None:
    house.clock.forward(minutes=1)
    house.says(text, text_is_payload=True, shown=text)


def agree(house: DeskHouse, case: Case, agent: Agent) -> None:
    house.store.run_now(consent.agree, by(house, case, agent), brand=house.brand)


def say_so(house: DeskHouse, case: Case, agent: Agent) -> Line:
    return house.store.run_now(consent.say_so, by(house, case, agent), brand=house.brand)


def state(house: DeskHouse, case: Case) -> str:
    talks = house.store.run_now(actions.conversations_of, case.id)
    known = house.store.run_now(consent.look, case, talks, house.brand)
    assert known
    return known.state


def in_public(house: DeskHouse, case: Case) -> list[str]:
    return [line.text for line in house.lines(case.conversation_id) if line.author == "bot"]


def test_the_customer_is_asked_in_private_with_two_buttons(house: DeskHouse, ann: Agent, case: Case) -> None:
    line = ask(house, case, ann)
    assert line
    assert line.conversation_id != case.conversation_id
    assert [button.title for button in line.buttons] == ["Yes, you may", "No, thank you"]
    assert state(house, case) == "asked"
    assert ask(house, case, ann) is None
    with pytest.raises(ReplyRefused, match="asked_already"):
        ask(house, case, ann, "another")


def test_with_consent_it_is_said_in_public_once(house: DeskHouse, ann: Agent, case: Case) -> None:
    ask(house, case, ann)
    with pytest.raises(ReplyRefused, match="no_consent"):
        say_so(house, case, ann)
    answers(house, "Yes, you may")
    assert state(house, case) == "given"
    line = say_so(house, case, ann)
    assert (line.text, line.reply_to) == (house.brand.texts.solved_in_private["en"], "post-1")
    assert state(house, case) == "said"
    with pytest.raises(ReplyRefused, match="said_already"):
        say_so(house, case, ann)
    assert len(in_public(house, case)) == 1


def test_consent_and_publication_are_in_the_record(house: DeskHouse, ann: Agent, case: Case) -> None:
    ask(house, case, ann)
    answers(house, "Yes, you may")
    agreed_at = house.clock()
    house.clock.forward(hours=1)
    say_so(house, case, ann)
    done = [(entry.action, entry.actor) for entry in house.record(case)][-3:]
    me = f"agent:{ann.id}"
    assert done == [("consent_asked", me), ("consent_given", "customer"), ("solved_in_private", me)]
    assert house.record(case)[-2].at == agreed_at


def test_who_declines_is_neither_quoted_nor_asked_again(house: DeskHouse, ann: Agent, case: Case) -> None:
    ask(house, case, ann)
    answers(house, "Non, merci")
    assert state(house, case) == "refused"
    with pytest.raises(ReplyRefused, match="no_consent"):
        say_so(house, case, ann)
    with pytest.raises(ReplyRefused, match="asked_already"):
        ask(house, case, ann, "another")


def test_the_last_word_counts(house: DeskHouse, ann: Agent, case: Case) -> None:
    ask(house, case, ann)
    answers(house, "Yes, you may")
    answers(house, "no, thank you ")
    assert state(house, case) == "refused"
    house.clock.forward(minutes=1)
    agree(house, case, ann)
    assert state(house, case) == "given"
    answers(house, "No, thank you")
    assert state(house, case) == "refused"


def test_an_agent_may_say_that_the_customer_agreed(house: DeskHouse, ann: Agent, case: Case) -> None:
    agree(house, case, ann)
    agree(house, case, ann)
    say_so(house, case, ann)
    done = [entry.action for entry in house.record(case)][-2:]
    assert done == ["consent_given_for", "solved_in_private"]
    with pytest.raises(ReplyRefused, match="said_already"):
        agree(house, case, ann)


def test_other_words_are_no_consent(house: DeskHouse, ann: Agent, case: Case) -> None:
    answers(house, "Yes, you may")
    house.clock.forward(minutes=1)
    ask(house, case, ann)
    answers(house, "Yes, but where is my bag?")
    assert state(house, case) == "asked"


def test_a_later_case_of_the_same_thread_does_not_repeat_it(house: DeskHouse, ann: Agent, case: Case) -> None:
    agree(house, case, ann)
    say_so(house, case, ann)
    act = by(house, case, ann)
    house.store.run_now(actions.hand_back, act, brand=house.brand, platforms=house.platforms)
    later = house.case("Once more", reference="NB-LATER1", surface="public")
    house.joins(later)
    assert state(house, later) == "said"


def test_without_two_sides_there_is_nothing_to_say(house: DeskHouse, ann: Agent) -> None:
    for case in (
        house.case(person="dora"),
        house.case(surface="public", reference="NB-PUBLIC", person="eve"),
    ):
        with pytest.raises(ReplyRefused, match="nothing_to_say"):
            agree(house, case, ann)


def test_who_stopped_the_bot_is_not_asked_by_it(house: DeskHouse, ann: Agent, case: Case) -> None:
    house.store.run_now(actions.flag, by(house, case, ann), name="stopped", on=True)
    with pytest.raises(ReplyRefused, match="cannot_ask"):
        ask(house, case, ann)


def test_a_colleagues_case_is_not_spoken_for(house: DeskHouse, ann: Agent, case: Case) -> None:
    house.store.run_now(actions.claim, by(house, case, house.agent("bob")))
    for step in (ask, agree, say_so):
        with pytest.raises(AlreadyClaimed, match="Bob"):
            step(house, case, ann)
