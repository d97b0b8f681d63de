from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from bot.gateway import MAX_BODY, Gateway
from bot.messages import Inbound
from bot.store import set_aside
from bot.store.set_aside import TRIES
from bot.store.tables import conversations
from tests.fakes.channel import event
from tests.fakes.house import House

URL = "/channels/fake/main"
GENUINE = {"X-Signature": "genuine"}

Client = TestClient[web.Request, web.Application]


class Served:
    """A gateway that is served, and the house behind it."""

    def __init__(self, house: House, client: Client) -> None:
        self.house = house
        self.client = client

    async def post(self, body: bytes, headers: dict[str, str] = GENUINE) -> tuple[int, str]:
        """Post a body as the platform would."""
        response = await self.client.post(URL, data=body, headers=headers)
        return response.status, await response.text()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    house = House(tmp_path, {})
    gateway = Gateway(inbox=house.inbox, channels={("fake", "main"): house.channel})
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(gateway.routes())
    async with TestClient(TestServer(app)) as client:
        yield Served(house, client)
    house.store.close()


def body(house: House, *numbers: int) -> bytes:
    events: list[Inbound] = [event("hello", number=n, at=house.clock()) for n in numbers]
    return msgspec.json.encode(events)


def counted(result: str) -> float:
    labels = {"channel": "fake", "account": "main", "result": result}
    return REGISTRY.get_sample_value("relais_payloads_total", labels) or 0


async def test_a_batch_is_accepted_whole(served: Served) -> None:
    status, text = await served.post(body(served.house, 1, 2))
    assert (status, text) == (200, '{"accepted": 2, "known": 0}')
    assert [line.text for line in served.house.lines()] == ["hello", "hello"]


async def test_a_second_delivery_of_the_same_event_changes_nothing(served: Served) -> None:
    await served.post(body(served.house, 1))
    status, text = await served.post(body(served.house, 1))
    assert (status, text) == (200, '{"accepted": 0, "known": 1}')
    assert len(served.house.lines()) == 1


@pytest.mark.parametrize(
    ("sent", "headers", "status", "result"),
    [
        (b"[]", {}, 401, "forged"),
        (b"[]", {"X-Signature": "false"}, 401, "forged"),
        (b"[{]", GENUINE, 400, "bad"),
        (b'{"unknown": 1}', GENUINE, 400, "bad"),
    ],
)
async def test_a_request_that_cannot_be_taken_is_refused_and_counted(
    served: Served, sent: bytes, headers: dict[str, str], status: int, result: str
) -> None:
    before = counted(result)
    answered, text = await served.post(sent, headers)
    assert answered == status
    assert text
    assert counted(result) == before + 1
    assert await served.house.store.read(no_conversations)


async def test_an_oversized_request_is_refused_and_counted(served: Served) -> None:
    before = counted("too_large")
    huge = BytesIO(b"x" * (MAX_BODY + 1))
    response = await served.client.post(URL, data=huge, headers=GENUINE)
    assert response.status == 413
    assert counted("too_large") == before + 1


async def test_our_own_failures_are_asked_for_again_and_then_put_aside(served: Served) -> None:
    served.house.channel.stumbles = ValueError("hello")
    answers = [await served.post(b"[1]") for _ in range(TRIES + 1)]
    assert [status for status, _ in answers] == [500] * TRIES + [200]
    assert not any("hello" in text for _, text in answers)
    assert counted("set_aside") >= 1


async def test_while_the_database_is_away_the_platform_shall_send_again(served: Served) -> None:
    served.house.channel.stumbles = OperationalError("SELECT", {}, Exception("locked"))
    response = await served.client.post(URL, data=b"[1]", headers=GENUINE)
    assert (response.status, response.headers["Retry-After"]) == (503, "2")


async def test_a_signature_that_cannot_be_checked_is_no_forgery(served: Served) -> None:
    served.house.channel.cannot_authenticate = KeyError("secret")
    assert (await served.post(b"[1]"))[0] == 500
    assert served.house.store.run_now(set_aside.count) == 0


async def test_an_unknown_account_is_said_plainly(served: Served) -> None:
    response = await served.client.post("/channels/fake/other", data=b"[]", headers=GENUINE)
    assert response.status == 404
    assert "no such account" in await response.text()


def no_conversations(connection: Connection) -> bool:
    return connection.execute(select(conversations)).first() is None
