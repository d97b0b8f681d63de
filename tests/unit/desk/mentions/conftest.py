from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.desk import Client, DeskHouse


@pytest.fixture
def house(house: DeskHouse) -> DeskHouse:
    """On a network that lets us join in."""
    house.network(joins_in=True)
    return house


@pytest.fixture
async def bob(house: DeskHouse) -> AsyncIterator[Client]:
    """The browser of the agent Bob, whose name is Bob."""
    client = await house.client()
    house.let_in(client, house.agent("bob"))
    yield client
    await client.close()
