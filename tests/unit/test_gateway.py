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

from bot.channels.base import Channel
from bot.errors import BadPayload
from bot.gateway import MAX_BODY, Gateway
from bot.messages import Inbound
from bot.store import set_aside
from bot.store.set_aside import TRIES
from bot.store.tables import conversations, messages
from tests.fakes.channel import FakeChannel, event
from tests.fakes.house import House

URL = "/channels/fake/main"
GENUINE = {"X-Signature": "genuine"}

Client = TestClient[web.Request, web.Application]


class Served:
    """A gateway that is served, and the house behind it."""

    def __init__(self, house: House, client: Client, other: FakeChannel, stranger: FakeChannel) -> None:
        self.house = house
        self.client = client
        self.other = other
        self.stranger = stranger

    async def post(self, body: bytes, headers: dict[str, str] = GENUINE, url: str = URL) -> tuple[int, str]:
        """Post a body as the platform would."""
        response = await self.client.post(url, data=body, headers=headers)
        return response.status, await response.text()

    def texts(self) -> list[str]:
        """What was taken in, in the order of conversations."""
        return self.house.store.run_now(texts_there)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    house = House(tmp_path, {})
    other, stranger = FakeChannel("other"), FakeChannel("stranger")
    stranger.word = "strange"
    channels: list[Channel] = [house.channel, other, stranger]
    gateway = Gateway(inbox=house.inbox, channels={(each.name, each.account): each for each in channels})
    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes(gateway.routes())
    async with TestClient(TestServer(app)) as client:
        yield Served(house, client, other, stranger)
    house.store.close()


def batch(house: House, *accounts: str) -> bytes:
    """A request with an event of each account, whose text is the account's name."""
    events = [event(name, number=n, at=house.clock(), account=name) for n, name in enumerate(accounts)]
    return msgspec.json.encode(events)


def body(house: House, *numbers: int) -> bytes:
    events: list[Inbound] = [event("hello", number=n, at=house.clock()) for n in numbers]
    return msgspec.json.encode(events)


def counted(result: str, account: str = "main") -> float:
    labels = {"channel": "fake", "account": account, "result": result}
    return REGISTRY.get_sample_value("relais_payloads_total", labels) or 0


def ignored() -> float:
    labels = {"channel": "fake", "account": "main", "result": "ignored"}
    return REGISTRY.get_sample_value("relais_events_total", labels) or 0


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


@pytest.mark.parametrize("place", ["fake/nobody", "nothing", "nothing/main", "fakes/nobody"])
async def test_an_unknown_account_is_said_plainly(served: Served, place: str) -> None:
    response = await served.client.post(f"/channels/{place}", data=b"[]", headers=GENUINE)
    assert response.status == 404
    assert "no such account" in await response.text()


# --- Several accounts in one request ------------------------------------------------------------


@pytest.mark.parametrize("place", ["fakes", "fake", "fake/main", "fakes/other"])
async def test_each_account_of_a_family_takes_its_own_events(served: Served, place: str) -> None:
    sent = batch(served.house, "main", "other", "main", "another brand")
    status, text = await served.post(sent, url=f"/channels/{place}")
    assert (status, text) == (200, '{"accepted": 3, "known": 0}')
    assert sorted(served.texts()) == ["main", "main", "other"]


async def test_an_account_takes_nothing_that_is_not_signed_for_it(served: Served) -> None:
    sent = batch(served.house, "main", "stranger")
    assert await served.post(sent, url="/channels/fakes") == (200, '{"accepted": 1, "known": 0}')
    assert served.texts() == ["main"]
    strange = {"X-Signature": "strange"}
    assert await served.post(sent, strange, url="/channels/fakes") == (200, '{"accepted": 1, "known": 0}')
    assert served.texts() == ["main", "stranger"]


async def test_what_nobody_of_a_family_has_signed_is_forged(served: Served) -> None:
    status, _ = await served.post(batch(served.house, "main"), {}, url="/channels/fakes")
    assert (status, served.texts()) == (401, [])


async def test_events_of_others_are_taken_while_one_stumbles(served: Served) -> None:
    sent = batch(served.house, "main", "other")
    served.house.channel.stumbles = ValueError("hello")
    answers = [await served.post(sent, url="/channels/fakes") for _ in range(TRIES + 1)]
    assert [status for status, _ in answers] == [500] * TRIES + [200]
    assert served.texts() == ["other"]
    assert served.house.store.run_now(set_aside.count) == 1


async def test_a_body_that_one_account_cannot_read_is_good_for_the_others(served: Served) -> None:
    served.other.stumbles = BadPayload("what is this?")
    before = counted("bad", "other")
    sent = batch(served.house, "main", "other")
    assert await served.post(sent, url="/channels/fakes") == (200, '{"accepted": 1, "known": 0}')
    assert (served.texts(), counted("bad", "other")) == (["main"], before + 1)


async def test_a_request_is_counted_for_those_whom_it_concerns(served: Served) -> None:
    before = counted("accepted"), counted("accepted", "other"), ignored()
    await served.post(batch(served.house, "other"), url="/channels/fakes")
    assert (counted("accepted"), counted("accepted", "other")) == (before[0], before[1] + 1)
    await served.post(b"[]", url="/channels/fakes")
    assert (counted("accepted"), ignored()) == (before[0] + 1, before[2] + 1)


@pytest.mark.parametrize(
    ("query", "status"),
    [({"word": "genuine"}, 200), ({"word": "strange"}, 200), ({"word": "false"}, 403), ({}, 403)],
)
@pytest.mark.parametrize("place", ["fakes", "fake/main"])
async def test_whoever_knows_the_word_answers_a_verification(
    served: Served, place: str, query: dict[str, str], status: int
) -> None:
    response = await served.client.get(f"/channels/{place}", params=query)
    assert response.status == status
    if status == 200:
        assert await response.text() == "welcome"


def no_conversations(connection: Connection) -> bool:
    return connection.execute(select(conversations)).first() is None


def texts_there(connection: Connection) -> list[str]:
    return list(connection.execute(select(messages.c.text).order_by(messages.c.id)).scalars())
