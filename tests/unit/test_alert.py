"""A worker hears of what other processes wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.alert import Alert
from bot.store import bell
from tests.fakes.house import House


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, {}, database)
    yield built
    built.store.close()


async def test_a_message_that_came_elsewhere_rings_once(house: House) -> None:
    alert = Alert(house.store, house.bell)
    await house.says("hello")
    with house.bell.listen(bell.TURNS) as turns, house.bell.listen(bell.OUTBOX) as outbox:
        await alert.look()
        assert turns.take()
        assert outbox.take()
        await alert.look()
        assert not turns.take()


async def test_nothing_rings_in_an_empty_house(house: House) -> None:
    with house.bell.listen(bell.TURNS) as turns:
        await Alert(house.store, house.bell).look()
        assert not turns.take()
