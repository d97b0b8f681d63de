"""The only place where real objects are built and joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from aiohttp import web

from bot.assistant.port import Assistant
from bot.assistant.rasa import Rasa
from bot.assistant.several import Several
from bot.brand import Brand, load_brand
from bot.channels.base import Channel
from bot.channels.registry import CHANNELS
from bot.chat import add_chat
from bot.clock import Clock, now
from bot.conversation.answering import Answering
from bot.conversation.turns import turns
from bot.desk import add_desk
from bot.errors import BrandError, DeliveryError
from bot.gateway import MAX_BODY, Gateway
from bot.guard import Guard, load_guard
from bot.inbox import Inbox
from bot.inbox.poll import poll
from bot.outbox import Delivery
from bot.settings import Settings, account_secrets
from bot.store import migrate
from bot.store.bell import Bell
from bot.store.store import Store

log = logging.getLogger(__name__)

Channels = Mapping[tuple[str, str], Channel]

# How long requests under way may take when the process is told to stop, in seconds.
GRACE = 5.0
# The rest between two attempts to connect an account, in seconds.
RECONNECT = 30.0


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


async def serve(settings: Settings, environment: Mapping[str, str]) -> None:
    """Run the gateway until cancelled."""
    brand = load_brand(settings.brand_file)
    store = Store(settings.database_url)
    await asyncio.to_thread(migrate.upgrade, store)
    app = build(
        settings=settings,
        brand=brand,
        store=store,
        channels=build_channels(brand, environment),
        assistant=build_assistant(settings),
        guard=load_guard(settings.guard_folder),
        clock=now,
    )
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=GRACE, access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        log.info("listening on %s:%s", settings.host, settings.port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
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
) -> web.Application:
    """The whole gateway as one application; its workers run while it runs."""
    bell = Bell()
    inbox = Inbox(store, bell, clock)
    app = web.Application(client_max_size=MAX_BODY)
    gateway = Gateway(store=store, inbox=inbox, channels=channels, assistant=assistant)
    app.add_routes(gateway.routes())
    add_chat(app, store=store, bell=bell, inbox=inbox, brand=brand, settings=settings, clock=clock)
    add_desk(app, store=store, bell=bell, brand=brand, settings=settings, clock=clock)
    answering = Answering(
        store=store,
        bell=bell,
        assistant=assistant,
        channels=channels,
        brand=brand,
        guard=guard,
        clock=clock,
    )
    delivery = Delivery(store=store, bell=bell, channels=channels, brand=brand, clock=clock)

    async def at_work(_: web.Application) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(assistant.close)
            for channel in channels.values():
                stack.push_async_callback(channel.close)
                await stack.enter_async_context(_running(_open(channel)))
            await stack.enter_async_context(_running(turns(store, bell, answering, clock).run()))
            await stack.enter_async_context(_running(delivery.worker().run()))
            for channel in channels.values():
                await stack.enter_async_context(_running(poll(channel, inbox)))
            yield

    app.cleanup_ctx.append(at_work)
    return app


async def _open(channel: Channel) -> None:
    """Connect an account, again and again while its platform is away: the others work meanwhile."""
    while True:
        try:
            await channel.open()
        except DeliveryError as error:
            log.warning("account %s/%s cannot connect: %s", channel.name, channel.account, error)
            await asyncio.sleep(RECONNECT)
        else:
            return


@asynccontextmanager
async def _running(coroutine: Coroutine[object, object, None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(coroutine)
    try:
        yield
    finally:
        # More than once: before Python 3.11 a library may swallow a cancellation, as anyio does
        # with one that comes while it connects.
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=GRACE)
        with suppress(asyncio.CancelledError):
            await task
