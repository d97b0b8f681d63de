"""What manners look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bot.assistant.scripted import understood
from bot.conversation import transactions
from bot.conversation.compose import acknowledgement, scene
from bot.conversation.facts import asks_of, is_addressed, is_late, is_own
from tests.fakes.house import House

SCRIPT = {"cabin": understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path, SCRIPT)
    yield built
    built.store.close()


async def addressed(house: House, text: str, **changed: Any) -> bool:
    await house.says(text, surface="public")
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    conversation = structs.replace(opening.conversation, **changed)
    return is_addressed(conversation, opening.lines, house.brand)


@pytest.mark.parametrize(
    ("text", "changed", "expected"),
    [
        ("look at that", {"thread": "message-1"}, True),
        ("look at that", {"thread": "another"}, False),
        ("look at that", {"thread": ""}, True),
        ("what does @Nimbea say to that?", {"thread": "another"}, True),
        ("and you, NIMBÉA?", {"thread": "another"}, True),
        ("look at that", {"thread": "another", "last_purpose": "answer"}, True),
        ("look at that", {"thread": "another", "surface": "private"}, True),
    ],
)
async def test_who_begins_a_thread_names_us_or_talks_with_us_speaks_to_us(
    house: House, text: str, changed: dict[str, Any], expected: bool
) -> None:
    assert await addressed(house, text, **changed) is expected


async def test_accounts_of_the_brand_are_known_on_their_network(house: House) -> None:
    await house.says("hello")
    talk = house.conversation()
    assert is_own(structs.replace(talk, person="main"), house.brand)
    assert is_own(structs.replace(talk, person="Main"), house.brand)
    assert is_own(structs.replace(talk, channel="facebook", person="100000000000002"), house.brand)
    assert not is_own(talk, house.brand)


async def test_the_day_begins_at_midnight_of_the_market(house: House) -> None:
    await house.says("hello")
    asks = asks_of(house.conversation(), house.brand, house.clock())
    assert asks.since.isoformat() == "2026-11-21T00:00:00+00:00"
    spain = structs.replace(house.conversation(), channel="telegram", account="nimbea_es")
    asks = asks_of(spain, house.brand, house.clock())
    assert asks.since.isoformat() == "2026-11-20T23:00:00+00:00"
    # In private nothing is limited, and this brand says no label.
    assert not any((asks.in_thread, asks.today, asks.silence, asks.began))


async def test_who_is_on_the_list_is_not_answered(house: House) -> None:
    house.behaves("private", never=("ann",))
    await house.says("hello")
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    assert scene(opening, house.brand, None, house.clock()).facts.excluded


async def test_nobody_is_told_one_moment_who_wrote_long_ago(house: House) -> None:
    for minutes, told in ((0, True), (14, True), (16, False)):
        at = house.clock() - timedelta(minutes=minutes)
        number = await house.says("cabin", person=f"p{minutes}", at=at)
        opening = house.store.run_now(transactions.open_turn, number, "", house.brand)
        assert bool(acknowledgement(scene(opening, house.brand, None, house.clock()))) is told


async def test_who_wrote_long_ago_and_just_now_waits(house: House) -> None:
    for minutes in (60, 0):
        await house.says("cabin", at=house.clock() - timedelta(minutes=minutes))
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    assert not is_late(opening.lines, house.clock())
