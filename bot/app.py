"""The only place where real objects are built and joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from bot.assistant.port import Assistant
from bot.assistant.rasa import Rasa
from bot.assistant.several import Several
from bot.brand import Brand, load_brand
from bot.callers import known_behind
from bot.channels.base import Channel
from bot.channels.registry import CHANNELS
from bot.chat import add_chat
from bot.clock import Clock, now
from bot.desk import add_desk
from bot.echo import Echo, WorkersEcho
from bot.errors import BrandError
from bot.gateway import MAX_BODY, Gateway
from bot.guard import Guard, load_guard
from bot.inbox import Inbox
from bot.serving import Server
from bot.settings import Settings, account_secrets
from bot.sharing import bell_for, pace_for
from bot.store import migrate
from bot.store.accounts import Accounts
from bot.store.bell import Bell
from bot.store.shared_clock import SharedClock, clock_for
from bot.store.store import Store
from bot.vitals import STOPPING, Vitals
from bot.work import Step, connect, side_by_side, steps

if TYPE_CHECKING:
    from bot.outbox.shared_pace import SharedPace

log = logging.getLogger(__name__)

Channels = Mapping[tuple[str, str], Channel]

# Turns under way for each that Rasa's servers may have: while one is read, another is written down.
TURNS = 2


def build_channels(brand: Brand, environment: Mapping[str, str]) -> Channels:
    """One channel for every account whose secrets are there.

    Raises `BrandError` where an account is on a network that Relais does not speak.
    """
    channels = {}
    for account in brand.accounts:
        factory = CHANNELS.get(account.channel)
        if factory is None:
            raise BrandError(f"there is no channel {account.channel!r} for {account.id!r}")
        secrets = account_secrets(account, environment)
        if secrets is None:
            log.info("account %s/%s is off: no secrets", account.channel, account.id)
        else:
            channels[account.channel, account.id] = factory(account, secrets)
    return channels


def build_assistant(settings: Settings) -> Assistant:
    """Rasa, however many servers it has."""
    servers = {url: Rasa(url) for url in settings.rasa_urls}
    return Several(servers, at_once=settings.rasa_at_once)


async def serve(
    settings: Settings,
    environment: Mapping[str, str],
    stopping: asyncio.Event,
    *,
    accepts: bool,
    works: bool,
) -> None:
    """Run a gateway (`accepts`) or a worker (`works`), or both in one, until it is to stop."""
    brand = load_brand(settings.brand_file, CHANNELS)
    store = Store(settings.database_url)
    await asyncio.to_thread(migrate.upgrade, store)
    shared_clock = await clock_for(store)
    app = build(
        settings=settings,
        brand=brand,
        store=store,
        channels=build_channels(brand, environment),
        assistant=build_assistant(settings),
        guard=load_guard(settings.guard_folder),
        clock=shared_clock or now,
        bell=await bell_for(settings, store),
        pace=await pace_for(settings, store),
        stopping=stopping,
        accepts=accepts,
        works=works,
    )
    server = _server(app, settings, accepts=accepts)
    try:
        log.info("listening at %s", await server.start())
        await stopping.wait()
    finally:
        await server.stop()
        store.close()


def build(
    *,
    settings: Settings,
    brand: Brand,
    store: Store,
    channels: Channels,
    assistant: Assistant,
    guard: Guard,
    clock: Clock,
    bell: Bell | None = None,
    pace: SharedPace | None = None,
    stopping: asyncio.Event | None = None,
    accepts: bool = True,
    works: bool = True,
) -> web.Application:
    """The whole process as one application; its work goes on while that runs."""
    bell = bell or Bell()
    inbox = Inbox(store, bell, clock)
    accounts = Accounts(store, bell, clock)
    app = _application(settings, stopping)
    app.add_routes(_vitals(store, bell, assistant if works else None, channels, clock).routes())
    if accepts:
        _add_doors(app, settings, brand, store=store, bell=bell, inbox=inbox, channels=channels, clock=clock)

    async def at_work(_: web.Application) -> AsyncIterator[None]:
        running = [*_connections(bell, clock, channels, accounts), *_echoes(store, bell, accepts, works)]
        if works:
            running += steps(
                store=store,
                bell=bell,
                inbox=inbox,
                channels=channels,
                accounts=accounts,
                assistant=assistant,
                brand=brand,
                guard=guard,
                clock=clock,
                shared_pace=pace,
                turns_at_once=TURNS * settings.rasa_at_once * len(settings.rasa_urls),
            )
        async with _closed_at_the_end(pace, assistant, channels), side_by_side(running, app[STOPPING]):
            yield

    app.cleanup_ctx.append(at_work)
    return app


def _application(settings: Settings, stopping: asyncio.Event | None) -> web.Application:
    callers = [known_behind(settings.proxies)] if settings.proxies else []
    app = web.Application(client_max_size=MAX_BODY, middlewares=callers)
    app[STOPPING] = stopping or asyncio.Event()
    return app


def _vitals(
    store: Store, bell: Bell, assistant: Assistant | None, channels: Channels, clock: Clock
) -> Vitals:
    redis = None if bell.connected is None else lambda: bool(bell.connected)
    return Vitals(store, assistant, channels=channels, redis=redis, clock=clock)


def _add_doors(
    app: web.Application,
    settings: Settings,
    brand: Brand,
    *,
    store: Store,
    bell: Bell,
    inbox: Inbox,
    channels: Channels,
    clock: Clock,
) -> None:
    """Let everybody in: platforms, visitors of the brand's own pages, and agents."""
    app.add_routes(Gateway(inbox=inbox, channels=channels).routes())
    add_chat(app, store=store, bell=bell, inbox=inbox, brand=brand, settings=settings, clock=clock)
    add_desk(
        app,
        store=store,
        bell=bell,
        inbox=inbox,
        channels=channels,
        brand=brand,
        settings=settings,
        clock=clock,
    )


def _connections(bell: Bell, clock: Clock, channels: Channels, accounts: Accounts) -> Iterator[Step]:
    """What keeps this process in touch: with Redis, with the platforms, with the database's clock."""
    yield bell.run()
    for channel in channels.values():
        yield connect(channel, accounts)
    if isinstance(clock, SharedClock):
        yield clock.run()


def _echoes(store: Store, bell: Bell, accepts: bool, works: bool) -> Iterator[Step]:
    """What tells this process of what others have written."""
    if accepts:
        yield Echo(store, bell).run()
    elif works:
        yield WorkersEcho(store, bell).run()


@asynccontextmanager
async def _closed_at_the_end(
    pace: SharedPace | None, assistant: Assistant, channels: Channels
) -> AsyncIterator[None]:
    """What has connections: it is closed whatever fails, the accounts first."""
    async with AsyncExitStack() as stack:
        if pace:
            stack.push_async_callback(pace.close)
        stack.push_async_callback(assistant.close)
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        yield


def _server(app: web.Application, settings: Settings, *, accepts: bool) -> Server:
    if accepts:
        return Server(app, settings.host, settings.port, reuse_port=settings.reuse_port)
    return Server(app, settings.worker_host, settings.worker_port)
