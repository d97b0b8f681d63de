"""What manners make of decisions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from msgspec import structs

from bot.brand import Manners
from bot.brand.hours import Times
from bot.conversation.etiquette import Facts, judge, label_is_due, may_wait_aloud, tells_of_handover
from bot.conversation.rules import Decision
from bot.messages import Purpose, Surface
from tests.fakes.example import BRAND

ETIQUETTE = BRAND.etiquette
NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
NIGHT = NOON.replace(hour=23)


def manners(surface: Surface = "public", **changed: Any) -> Manners:
    return structs.replace(ETIQUETTE.default[surface], **changed)


def facts(**known: Any) -> Facts:
    return Facts(**{"clock": NOON, **known})


def decision(kind: Any, reason: str = "", register: Any = "other") -> Decision:
    return Decision(kind=kind, reason=reason or kind, register=register, team=None)


def became(kind: str, rules: Manners, known: Facts, **more: Any) -> tuple[str, bool, str | None]:
    verdict = judge(decision(kind, **more), rules, known)
    return verdict.decision.kind, verdict.speaks, verdict.key


@pytest.mark.parametrize("kind", ["answer", "thank", "acknowledge", "clarify", "hand_over"])
def test_what_is_allowed_is_said_and_the_rule_that_allows_it_named(kind: str) -> None:
    assert became(kind, manners(), facts()) == (kind, True, kind)


@pytest.mark.parametrize(
    ("kind", "forbidden", "outcome"),
    [
        ("answer", {"answer": False}, ("hand_over", True, "answer")),
        ("clarify", {"clarify": False}, ("hand_over", True, "clarify")),
        ("clarify", {"clarify": False, "hand_over": "silently"}, ("hand_over", False, "clarify")),
        ("thank", {"thank": False}, ("none", False, "thank")),
        ("acknowledge", {"acknowledge": "never"}, ("none", False, "acknowledge")),
        ("hand_over", {"hand_over": "silently"}, ("hand_over", False, "hand_over")),
    ],
)
def test_what_the_bot_must_not_do_goes_to_a_human_or_is_left(
    kind: str, forbidden: dict[str, Any], outcome: tuple[str, bool, str]
) -> None:
    assert became(kind, manners(**forbidden), facts()) == outcome


def test_a_human_is_told_that_manners_left_it_to_him() -> None:
    verdict = judge(decision("answer", "question", "question"), manners(answer=False), facts())
    assert (verdict.decision.reason, verdict.decision.register) == ("left_to_human", "question")


@pytest.mark.parametrize(
    ("known", "key"),
    [
        ({"in_thread": 1}, "most_per_thread"),
        ({"today": 20}, "most_per_person_a_day"),
        ({"addressed": False}, "whom"),
        ({"excluded": True}, "never"),
    ],
)
def test_thanks_are_left_out_where_a_rule_is_against_any_text(known: dict[str, Any], key: str) -> None:
    assert became("thank", manners(), facts(**known)) == ("none", False, key)


def test_beyond_what_a_thread_bears_questions_are_answered_and_handovers_told() -> None:
    full = facts(in_thread=3)
    assert became("answer", manners(), full) == ("answer", True, "answer")
    assert became("hand_over", manners(), full) == ("hand_over", True, "hand_over")
    assert became("clarify", manners(), full) == ("hand_over", True, "most_per_thread")


def test_who_was_told_enough_today_gets_a_human_without_a_word() -> None:
    known = facts(today=20)
    assert became("answer", manners(), known) == ("hand_over", False, "most_per_person_a_day")
    assert became("hand_over", manners(), known) == ("hand_over", False, "most_per_person_a_day")


@pytest.mark.parametrize(
    ("clock", "outcome"),
    [(NOON, ("answer", True, "answer")), (NIGHT, ("hand_over", False, "quiet_hours"))],
)
def test_at_quiet_hours_handovers_go_on_without_a_word(
    clock: datetime, outcome: tuple[str, bool, str]
) -> None:
    rules = manners(quiet_hours=Times.parse("22:00-07:00"))
    assert became("answer", rules, facts(clock=clock)) == outcome


def test_campaign_echoes_and_talk_are_left_alone_in_public_and_not_in_private() -> None:
    echo = {"register": "campaign_echo", "reason": "campaign_echo"}
    assert became("acknowledge", manners(), facts(), **echo) == ("none", False, "silent_on")
    assert became("acknowledge", manners(), facts(), reason="chat") == ("none", False, "silent_on")
    assert became("acknowledge", manners("private"), facts(), **echo) == ("acknowledge", True, "acknowledge")


@pytest.mark.parametrize("known", [{"excluded": True}, {"addressed": False}])
def test_nobody_answers_what_is_not_for_us_yet_a_trouble_reaches_a_human(known: dict[str, bool]) -> None:
    assert became("answer", manners(), facts(**known))[:2] == ("none", False)
    assert became("hand_over", manners(), facts(**known))[:2] == ("hand_over", False)


def test_who_stopped_the_bot_hears_nothing_and_is_still_handed_over() -> None:
    assert became("hand_over", manners("private"), facts(silenced=True)) == ("hand_over", False, None)
    assert not tells_of_handover(manners("private"), facts(silenced=True))


@pytest.mark.parametrize(
    ("surface", "known", "allowed"),
    [
        ("private", {}, True),
        ("private", {"waiting": True, "acknowledged": True}, False),
        ("private", {"acknowledged": True}, True),
        ("private", {"silenced": True}, False),
        ("public", {}, True),
        ("public", {"acknowledged": True}, False),
        ("public", {"in_thread": 1}, False),
        ("public", {"addressed": False}, False),
    ],
)
def test_one_moment_is_never_said_twice_in_a_row_and_in_public_once(
    surface: Surface, known: dict[str, bool], allowed: bool
) -> None:
    assert may_wait_aloud(manners(surface), facts(**known)) is allowed


def test_one_moment_is_not_said_where_nothing_is_acknowledged() -> None:
    assert not may_wait_aloud(manners(acknowledge="never"), facts())


@pytest.mark.parametrize(
    ("last", "silence", "due"),
    [
        (None, None, True),
        ("agent", timedelta(minutes=1), True),
        ("notice", timedelta(minutes=1), True),
        ("answer", timedelta(hours=1), False),
        ("answer", timedelta(hours=24), True),
        ("answer", None, False),
        ("acknowledge", timedelta(hours=30), False),
    ],
)
def test_a_text_says_that_it_is_automatic_first_after_a_human_and_after_a_silence(
    last: Purpose | None, silence: timedelta | None, due: bool
) -> None:
    before = NOON - silence if silence else None
    assert label_is_due(manners("private"), last, before, NOON) is due


def test_no_label_is_due_where_the_platform_says_so_itself() -> None:
    assert not label_is_due(manners("private", label={}), None, None, NOON)
