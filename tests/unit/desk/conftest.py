from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.desk import Client, DeskHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[DeskHouse]:
    house = DeskHouse(tmp_path)
    yield house
    house.store.close()


@pytest.fixture
async def visitor(house: DeskHouse) -> AsyncIterator[Client]:
    """A browser that is not logged in."""
    client = await house.client()
    yield client
    await client.close()


@pytest.fixture
async def ann(house: DeskHouse, visitor: Client) -> Client:
    """The browser of the agent Ann."""
    house.let_in(visitor, house.agent("ann"))
    return visitor
