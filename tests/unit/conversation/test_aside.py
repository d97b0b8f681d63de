"""Turns on which our own code fails, or which end the process that takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.assistant.scripted import Scripted, understood
from bot.conversation import aside, compose, handover
from bot.conversation.aside import ATTEMPTS, SUSPECT, pause
from bot.messages import Turn, Understanding
from bot.store import agents, cases, set_aside, tables
from bot.store.set_aside import SetAside
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}
# Longer than all pauses together, and than any lease.
LONG = 20


class Stumbling(Scripted):
    """Our own code has a bug: it fails on messages with the word `zebra`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(SCRIPT)
        self.error = error
        self.attempts = 0

    async def read(self, turn: Turn) -> Understanding:
        """Understand, or fail with the customer's own words."""
        if "zebra" in turn.text:
            self.attempts += 1
            raise self.error
        return await super().read(turn)


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, SCRIPT, database)
    built.assistant = Stumbling(ValueError("cannot read: zebra"))
    built.restart()
    yield built
    built.store.close()


def waiting(house: House) -> list[SetAside]:
    return house.store.run_now(set_aside.waiting)


async def tries_all(house: House) -> list[float]:
    """Let time pass until nothing more happens; when the attempts came, in seconds."""
    began, moments = house.clock(), []
    for _ in range(4 * LONG):
        before = house.assistant.attempts  # type: ignore[attr-defined]  # of Stumbling
        await house.works()
        if house.assistant.attempts > before:  # type: ignore[attr-defined]  # of Stumbling
            moments.append((house.clock() - began).total_seconds())
        house.clock.forward(seconds=0.25)
    return moments


def test_pauses_double_until_it_was_tried_often_enough() -> None:
    pauses = [pause(attempts) for attempts in range(1, ATTEMPTS + 3)]
    assert [rest.total_seconds() if rest else None for rest in pauses] == [1, 2, 4, 8, None, None, None]


async def test_a_failing_turn_is_tried_five_times_and_then_given_to_a_human(house: House) -> None:
    await house.says("this is zebra")
    assert await tries_all(house) == [0, 1, 3, 7, 15]
    case = house.case()
    assert (case.reason, case.status, case.team) == ("set_aside", "waiting", "care")
    (row,) = waiting(house)
    assert (row.kind, row.conversation_id, row.attempts) == ("turn", 1, ATTEMPTS)
    assert all(line.handled_at for line in house.lines() if line.author == "customer")
    assert house.record()[0].action == "set_aside"


async def test_what_is_told_of_the_error_holds_nobodys_words(house: House) -> None:
    await house.says("this is zebra")
    await tries_all(house)
    (row,) = waiting(house)
    assert row.error.startswith("ValueError at bot/conversation/answering.py:")
    assert "zebra" not in row.error + str([entry.details for entry in house.record()])


async def test_the_customer_hears_one_moment_at_once_and_then_that_a_human_takes_over(house: House) -> None:
    await house.says("ceci est un zebra, que faire ?")
    await house.works()
    (first,) = house.channel.texts
    await tries_all(house)
    assert house.channel.texts[0] == first
    (_, second) = house.channel.texts
    assert house.case().reference in second
    assert house.case().acknowledged_at is not None


async def test_everybody_else_is_answered_meanwhile(house: House) -> None:
    await house.says("this is zebra", person="eve")
    await house.says("cabin bag?", person="ann")
    await house.works()
    assert "One cabin bag of 10 kg." in house.channel.texts


async def test_a_turn_that_works_again_is_answered_and_its_attempts_are_forgotten(house: House) -> None:
    await house.says("this is zebra")
    await house.works()
    house.assistant = Scripted(SCRIPT)
    house.restart()
    house.clock.forward(seconds=1)
    await house.says("cabin bag?")
    await house.works()
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]
    assert house.conversation().attempts == 0
    assert waiting(house) == []


async def test_who_was_set_aside_and_writes_again_is_with_the_same_human(house: House) -> None:
    await house.says("this is zebra")
    await tries_all(house)
    reference = house.case().reference
    await house.says("zebra again")
    await tries_all(house)
    assert house.case().reference == reference
    assert len(waiting(house)) == 1


async def test_a_crisis_is_urgent_though_the_code_fails(house: House) -> None:
    await house.says("zebra, I want to kill myself")
    await tries_all(house)
    assert (house.case().reason, house.case().rank) == ("self_harm", 0)
    assert "116 123" in house.channel.texts[-1]


async def test_who_wants_no_bot_is_handed_over_in_silence(house: House) -> None:
    await house.says("stop")
    await house.works()
    await house.says("this is zebra")
    await tries_all(house)
    assert house.case().reason == "set_aside"
    assert len(house.channel.texts) == 1


async def test_in_a_case_of_humans_nothing_is_opened_and_nothing_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.says("What a scandal")
    await house.works()
    reference = house.case().reference
    monkeypatch.setattr(compose, "notice", raises)
    monkeypatch.setattr(handover, "answer_by_again", raises)
    await house.says("this is zebra")
    await tries_all(house)
    assert (house.case().reference, house.case().status) == (reference, "waiting")
    assert len(waiting(house)) == 1
    assert len(house.channel.texts) == 1


@pytest.mark.parametrize("can_speak", [True, False])
async def test_a_resolved_case_is_reopened(
    house: House, monkeypatch: pytest.MonkeyPatch, can_speak: bool
) -> None:
    agent = house.store.run_now(
        agents.add, login="zoe", name="Zoe", role="agent", password="x", now=house.clock()
    )
    await house.says("What a scandal")
    await house.works()
    house.store.run_now(cases.claim, house.case().id, agent.id, house.clock())
    house.store.run_now(cases.resolve, house.case().id, agent.id, house.clock())
    monkeypatch.setattr("bot.conversation.answering.Answering._crisis", raises)
    if not can_speak:
        monkeypatch.setattr(compose, "notice", raises)
    await house.says("this is zebra")
    await passes(house)
    assert (house.case().status, house.case().agent_id) == ("claimed", agent.id)
    assert len(house.channel.texts) == (2 if can_speak else 1)


async def test_where_not_even_words_can_be_composed_a_human_has_it_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "scene", raises)
    written = house.clock()
    await house.says("Hello")
    await passes(house)
    case = house.case()
    assert (case.reason, case.language, case.status) == ("set_aside", "en", "waiting")
    assert case.acknowledge_by == written + house.brand.promises.acknowledge_within
    assert house.channel.texts == []
    assert [row.error.split(" at ")[0] for row in waiting(house)] == ["RuntimeError"]


async def test_a_flood_is_set_aside_whole(house: House) -> None:
    for number in range(40):
        await house.says(f"zebra {number}")
    await tries_all(house)
    assert all(line.handled_at for line in house.lines() if line.author == "customer")
    assert len(waiting(house)) == 1


async def test_a_database_that_is_away_is_not_counted(house: House) -> None:
    house.assistant = Stumbling(OperationalError("UPDATE", {}, Exception("disk full")))
    house.restart()
    await house.says("this is zebra")
    for _ in range(2 * ATTEMPTS):
        await house.works()
        house.clock.forward(seconds=LONG)
    assert waiting(house) == []
    assert house.conversation().case_id is None


async def test_a_turn_that_ends_the_process_each_time_is_not_taken_again(house: House) -> None:
    await house.says("cabin bag?")
    died(house, ATTEMPTS)
    await house.works()
    (row,) = waiting(house)
    assert (row.error, row.attempts) == (aside.NEVER_ENDED, ATTEMPTS)
    assert house.case().reason == "set_aside"
    assert house.assistant.asked == []


async def test_a_turn_whose_process_was_ended_by_others_is_taken(house: House) -> None:
    await house.says("cabin bag?")
    died(house, ATTEMPTS - 1)
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_of_turns_that_may_end_the_process_one_is_taken_at_a_time(house: House) -> None:
    house.assistant = Scripted(SCRIPT)
    house.restart()
    for person in ("ann", "bob", "eve"):
        await house.says("cabin bag?", person=person)
    died(house, SUSPECT - 1)
    await house.says("cabin bag?", person="new")
    house.assistant.gate.clear()
    await house.turns.start()
    await until(lambda: attempts(house) == [1, SUSPECT - 1, SUSPECT - 1, SUSPECT])
    await until(lambda: len(house.assistant.asked) >= 2)
    assert len(house.assistant.asked) == 2  # one of the three, and the new one
    house.assistant.gate.set()
    await house.turns.idle()
    for _ in range(3):
        house.clock.forward(seconds=1)
        await house.works()
    assert len(house.channel.texts) == 4


async def passes(house: House) -> None:
    """Let so much time pass that all attempts are made."""
    for _ in range(ATTEMPTS + 1):
        await house.works()
        house.clock.forward(seconds=LONG)


async def until(holds: Callable[[], bool]) -> None:
    """Wait, in real time, until something holds."""
    while not holds():  # noqa: ASYNC110 - what the database says has no event
        await asyncio.sleep(0.01)


def attempts(house: House) -> list[int]:
    return sorted(house.conversation(number).attempts for number in (1, 2, 3, 4))


def died(house: House, times: int) -> None:
    """Processes took all turns that were due and ended in the middle."""
    query = update(tables.conversations).values(attempts=times)
    house.store.run_now(lambda connection: connection.execute(query).rowcount)


def raises(*_: object) -> None:
    raise RuntimeError("a bug")
