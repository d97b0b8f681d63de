"""Waits for somebody to write to an account that is being connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

from bot.brand import Account
from bot.channels.base import Channel
from bot.errors import BadPayload, Forged, SettingsError
from bot.messages import Inbound
from bot.settings import Settings
from bot.store import arrivals, migrate
from bot.store.arrivals import Arrival
from bot.store.store import Store

_BETWEEN_LOOKS = 0.5
# We keep nothing: the platform shall send it again, to the gateway.
_LATER = {"Retry-After": "60"}


class Ear:
    """Stands in for the gateway while that does not run: proves who we are, and hears what comes.

    What it hears is not acknowledged, so that the platform sends it again. `forged` counts requests
    that are not signed with our secret.
    """

    def __init__(self, channel: Channel) -> None:
        self.forged = 0
        self._channel = channel
        self._heard: asyncio.Queue[Inbound] = asyncio.Queue()

    async def next(self) -> Inbound:
        """The next message."""
        return await self._heard.get()

    async def handshake(self, request: web.Request) -> web.Response:
        """Answer a platform's verification."""
        answer = self._channel.handshake(request.query)
        if answer is None:
            raise web.HTTPForbidden(text="verification failed\n")
        return web.Response(text=answer, content_type=self._channel.handshake_type)

    async def hear(self, request: web.Request) -> web.Response:
        """Take what is signed."""
        raw_body = await request.read()
        try:
            self._channel.authenticate(request.headers, raw_body)
            events = self._channel.parse(raw_body)
        except Forged:
            self.forged += 1
            raise web.HTTPUnauthorized(text="the signature is wrong\n") from None
        except BadPayload:
            raise web.HTTPBadRequest(text="not what the platform documents\n") from None
        for event in _messages(events):
            self._heard.put_nowait(event)
        raise web.HTTPServiceUnavailable(headers=_LATER)


@asynccontextmanager
async def ear(settings: Settings, channel: Channel) -> AsyncIterator[Ear]:
    """Listen where the gateway would; raise `SettingsError` where another program does."""
    hearing = Ear(channel)
    app = web.Application()
    app.add_routes([web.get("/channels/{place:.*}", hearing.handshake)])
    app.add_routes([web.post("/channels/{place:.*}", hearing.hear)])
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await _listen(runner, settings)
        yield hearing
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise SettingsError(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}") from error


async def fetched(channel: Channel) -> Inbound:
    """The next message of an account that is polled; it is not acknowledged, and comes again."""
    bodies = channel.poll()
    if bodies is None:
        raise SettingsError("this account is not polled")
    async for body in bodies:
        for event in _messages(channel.parse(body)):
            return event
    raise SettingsError("the platform tells nothing more")


async def stored(store: Store, account: Account) -> Arrival:
    """The next message that the gateway, which runs, has taken in for an account."""
    newest = await store.read(arrivals.newest)
    while True:
        found = await store.read(arrivals.after, account.channel, account.id, newest)
        if found:
            return found
        await asyncio.sleep(_BETWEEN_LOOKS)


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The database; raises `SettingsError` where there is none yet."""
    store = Store(settings.database_url)
    try:
        if not migrate.is_current(store):
            raise SettingsError("the database is not there yet, or of an older release: start Relais first")
        yield store
    finally:
        store.close()


def _messages(events: list[Inbound]) -> list[Inbound]:
    return [event for event in events if event.kind == "message"]
