"""Whatever goes wrong, nothing that a customer said or is called stands in a log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.assistant.scripted import understood
from bot.errors import AssistantFailed, AssistantUnavailable, DeliveryRefused
from bot.gateway import MAX_BODY, Gateway
from bot.messages import Surface
from tests.fakes.channel import event
from tests.fakes.house import House

SAID = (
    "I'm Marie Dupont, 12 rue des Lilas, 69003 Lyon, passport 09AB12345, card 4111 1111 1111 1111, "
    "FR14 2004 1010 0505 0001 3M02 606, ticket 057-2412345678, booking X4K9PL, 06 12 34 56 78, "
    "marie@mail.example: an utter scandal"
)
DETAILS = (
    *("Marie", "Dupont", "Lilas", "69003", "09AB12345", "4111", "1111 1111", "2004 1010", "2412345678"),
    *("X4K9PL", "06 12 34", "mail.example", "scandal"),
)
SCRIPT = {"scandal": understood("complaint", "complaint", "I am truly sorry.")}

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def house(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> House:
    caplog.set_level(logging.DEBUG)
    return House(tmp_path, SCRIPT)


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    gateway = Gateway(inbox=house.inbox, channels={("fake", "main"): house.channel})
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(gateway.routes())
    async with TestClient(TestServer(app)) as client:
        yield client
    house.store.close()


async def post(client: Client, house: House, number: int, surface: Surface = "private") -> None:
    said = event(SAID, number=number, at=house.clock(), surface=surface, person="marie dupont")
    body = msgspec.json.encode([said])
    response = await client.post("/channels/fake/main", data=body, headers={"X-Signature": "genuine"})
    assert response.status == 200


def assert_confidential(caplog: pytest.LogCaptureFixture) -> None:
    shown = [detail for detail in DETAILS if detail.casefold() in caplog.text.casefold()]
    assert shown == []


async def test_a_conversation_leaves_no_detail(
    client: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    surfaces: tuple[Surface, ...] = ("private", "public")
    for number, surface in enumerate(surfaces):
        await post(client, house, number, surface)
    await house.works()
    assert len(house.channel.texts) == 2
    assert_confidential(caplog)


@pytest.mark.parametrize("failing", [AssistantUnavailable("away"), AssistantFailed("Rasa answered 500")])
async def test_a_failing_assistant_leaves_no_detail(
    client: Client, house: House, caplog: pytest.LogCaptureFixture, failing: AssistantUnavailable
) -> None:
    house.assistant.failing = failing
    await post(client, house, 1)
    await house.works()
    assert "no answer" in caplog.text
    assert_confidential(caplog)


async def test_a_platform_that_refuses_leaves_no_detail(
    client: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.channel.failures.append(DeliveryRefused("chat not found"))
    await post(client, house, 1)
    await house.works()
    assert "not sent" in caplog.text
    assert_confidential(caplog)


async def test_a_failing_database_leaves_no_detail(
    client: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await post(client, house, 1)
    house.store.run_now(spoil)
    await house.works()
    assert "stumbled over a turn" in caplog.text
    assert "IntegrityError" in caplog.text
    assert_confidential(caplog)


def spoil(connection: Connection) -> None:
    """Let the opening of a case fail, whose row holds the details that were found."""
    connection.execute(
        text("CREATE TRIGGER spoilt BEFORE INSERT ON cases BEGIN SELECT RAISE(ABORT, 'spoilt'); END")
    )
