"""What manners ask of the past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from bot.assistant.scripted import understood
from bot.store import conversations, manners
from bot.store.manners import Asks, Past
from tests.fakes.house import House

SCRIPT = {"cabin": understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")}
QUESTION = "How big may my cabin bag be?"


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, SCRIPT, database)
    built.behaves("public", most_per_person_a_day=None, most_per_thread=None)
    built.restart()
    yield built
    built.store.close()


async def asks(house: House, times: int, person: str = "ann", surface: str = "public") -> int:
    """Somebody asks and is answered, a minute each."""
    conversation = 0
    for _ in range(times):
        conversation = await house.says(QUESTION, person=person, surface=surface)
        await house.works()
        house.clock.forward(minutes=1)
    return conversation


def past(house: House, conversation_id: int, **asked: bool) -> Past:
    wanted = Asks(
        in_thread=asked.get("in_thread", False),
        today=asked.get("today", False),
        silence=asked.get("silence", False),
        began=False,
        since=house.clock().replace(hour=0, minute=0),
    )
    conversation = house.store.run_now(conversations.load, conversation_id)
    first = conversation.last_seq + 1
    return house.store.run_now(manners.past, conversation, first, house.clock(), wanted)


async def test_turns_in_a_thread_are_counted_of_one_person(house: House) -> None:
    ann = await asks(house, 3)
    bob = await asks(house, 1, "bob")
    assert past(house, ann, in_thread=True) == Past(in_thread=3)
    assert past(house, bob, in_thread=True) == Past(in_thread=1)


async def test_the_turns_of_a_day_are_counted_over_all_conversations_of_a_person(house: House) -> None:
    await asks(house, 2)
    await asks(house, 1, "bob")
    private = await asks(house, 1, surface="private")
    assert past(house, private, today=True) == Past(today=3)
    house.clock.forward(days=1)
    assert past(house, private, today=True) == Past()


async def test_the_last_word_is_anybody_s(house: House) -> None:
    ann = await asks(house, 1)
    said = past(house, ann, silence=True).before
    assert said == house.clock() - timedelta(minutes=1)


async def test_nothing_is_asked_that_no_rule_limits(house: House) -> None:
    ann = await asks(house, 2)
    assert past(house, ann) == Past()


async def test_of_a_first_message_there_is_no_past(house: House) -> None:
    await house.says(QUESTION)
    conversation = structs.replace(house.conversation(), last_seq=0)
    asked = Asks(in_thread=True, today=False, silence=True, began=True, since=house.clock())
    assert house.store.run_now(manners.past, conversation, 1, house.clock(), asked) == Past()
