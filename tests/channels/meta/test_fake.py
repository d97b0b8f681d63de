"""The fake of Meta does what Meta documents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.channels.meta.signature import authenticate
from tests.fakes.clock import FakeClock
from tests.fakes.meta import FakePage, FakePerson, Meta
from tests.fakes.meta.server import APP_SECRET
from tests.fakes.meta.webhook import written


class Listener:
    """A callback that answers with these statuses, the last of them for ever."""

    def __init__(self, *statuses: int) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self._statuses = list(statuses)

    async def take(self, request: web.Request) -> web.Response:
        """Check the signature as we all must, and keep the body."""
        body = await request.read()
        authenticate(APP_SECRET, request.headers, body)
        self.bodies.append(body)
        return web.Response(status=self._statuses.pop(0) if self._statuses[1:] else self._statuses[0])

    def texts(self) -> Iterator[str]:
        """What people said, as often as it was posted."""
        for body in self.bodies:
            for entry in json.loads(body)["entry"]:
                yield entry["messaging"][0]["message"]["text"]


@asynccontextmanager
async def listening(*statuses: int) -> AsyncIterator[Listener]:
    listener = Listener(*statuses)
    app = web.Application()
    app.router.add_post("/", listener.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield listener
    await runner.cleanup()


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    # An hour takes a third of a second.
    async with Meta(haste=10_000, clock=lambda: FakeClock()().timestamp()) as meta:
        yield meta


@pytest.fixture
def page(meta: Meta) -> FakePage:
    return meta.page("10001", "token")


@pytest.fixture
def ann(page: FakePage) -> FakePerson:
    return page.person("5005")


def test_body_is_escaped_as_metas_is() -> None:
    assert written("page", [{"id": "1", "text": "é/"}]) == (
        b'{"object": "page", "entry": [{"id": "1", "text": "\\u00e9\\/"}]}'
    )


async def test_what_is_not_taken_is_posted_again(meta: Meta, ann: FakePerson) -> None:
    async with listening(500, 503, 200) as listener:
        webhook = meta.use_webhook(listener.url)
        ann.says("hello")
        await webhook.settled()
    assert webhook.answers == [500, 503, 200]
    assert listener.bodies[0] == listener.bodies[2]


async def test_account_that_takes_nothing_for_an_hour_is_unsubscribed_until_it_asks_again(
    meta: Meta, page: FakePage, ann: FakePerson
) -> None:
    async with listening(500) as listener:
        webhook = meta.use_webhook(listener.url)
        ann.says("hello")
        await webhook.settled()
        assert webhook.unsubscribed == {page.id}
        posted = len(listener.bodies)
        ann.says("hello?")
        assert len(listener.bodies) == posted
        await subscribe(meta, page)
        assert webhook.unsubscribed == set()


async def test_what_is_held_comes_as_one_batch_in_any_order_and_number(meta: Meta, ann: FakePerson) -> None:
    async with listening(200) as listener:
        webhook = meta.use_webhook(listener.url)
        webhook.hold()
        ann.says("one")
        ann.says("two")
        webhook.release(lambda held: reversed(held), times=2)
        await webhook.settled()
    assert list(listener.texts()) == ["two", "one", "two", "one"]
    assert len(listener.bodies) == 2


async def subscribe(meta: Meta, page: FakePage) -> None:
    url = f"{meta.base_url}/v25.0/{page.id}/subscribed_apps"
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bearer token"}) as session,
        session.post(url, json={"subscribed_fields": "messages"}) as answer,
    ):
        assert answer.status == 200
