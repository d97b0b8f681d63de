"""The work that goes on beside requests: what runs side by side, in a gateway or a worker."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.assistant.port import Assistant
from bot.brand import Brand
from bot.channels.base import Channel
from bot.clock import Clock
from bot.conversation.answering import Answering
from bot.conversation.rating import Rates
from bot.conversation.triage import Triage
from bot.conversation.turns import turns
from bot.errors import AccountStopped, Crashed, DeliveryError
from bot.guard import Guard
from bot.inbox import Inbox
from bot.inbox.listening import Listening
from bot.inbox.poll import poll
from bot.inbox.reconcile import reconcile
from bot.inbox.seeking import seek
from bot.language import detect
from bot.outbox import Delivery
from bot.store.accounts import Accounts
from bot.store.bell import Bell
from bot.store.housekeeping import Housekeeping
from bot.store.store import Store
from bot.unexpected import place, trail

if TYPE_CHECKING:
    from bot.outbox.shared_pace import SharedPace

log = logging.getLogger(__name__)

Step = Coroutine[object, object, None]

# How long a step that is told to end may take before it is told again, in seconds.
GRACE = 5.0
# The rest between two patterns of the guard that are made ready at the start, in seconds: a pattern
# takes half as long, and whoever writes meanwhile must not wait for all of them.
LET_OTHERS = 0.002
# The rest between two attempts to connect an account, in seconds.
RECONNECT = 30.0


def steps(
    *,
    store: Store,
    bell: Bell,
    inbox: Inbox,
    channels: Mapping[tuple[str, str], Channel],
    accounts: Accounts,
    assistant: Assistant,
    brand: Brand,
    guard: Guard,
    clock: Clock,
    shared_pace: SharedPace | None = None,
    turns_at_once: int,
) -> list[Step]:
    """All that a worker does, any number of which may share a database."""
    delivery = Delivery(
        store=store,
        bell=bell,
        channels=channels,
        brand=brand,
        accounts=accounts,
        clock=clock,
        shared_pace=shared_pace,
    )
    answering = Answering(
        store=store,
        bell=bell,
        assistant=assistant,
        channels=channels,
        brand=brand,
        guard=guard,
        clock=clock,
        courier=delivery,
    )
    triage = Triage(store=store, bell=bell, brand=brand, guard=guard, clock=clock, courier=delivery)
    rates = Rates(store=store, bell=bell, assistant=assistant, brand=brand, guard=guard, clock=clock)
    return [
        _prepare(guard, brand),
        triage.run(),
        turns(store, bell, answering, triage, clock, at_once=turns_at_once).run(),
        rates.run(),
        delivery.worker.run(),
        Housekeeping(store, clock).run(),
        Listening(store=store, bell=bell, accounts=channels.keys(), brand=brand, clock=clock).run(),
        *_rounds(channels.values(), inbox, accounts, store=store, bell=bell, clock=clock),
    ]


def _rounds(
    channels: Iterable[Channel], inbox: Inbox, accounts: Accounts, *, store: Store, bell: Bell, clock: Clock
) -> Iterator[Step]:
    """What platforms are asked again and again: what came, what is said of the brand, what was missed."""
    for channel in channels:
        yield poll(channel, inbox, accounts, store=store, clock=clock)
        yield seek(channel, inbox, accounts, store=store, clock=clock)
        yield reconcile(channel, inbox, accounts, store=store, bell=bell, clock=clock)


async def connect(channel: Channel, accounts: Accounts) -> None:
    """Connect an account, again and again while its platform is away: the others work meanwhile."""
    while True:
        try:
            await channel.open()
        except DeliveryError as error:
            if isinstance(error, AccountStopped):
                await accounts.stopped(channel.name, channel.account, str(error))
            log.warning("account %s/%s cannot connect: %s", channel.name, channel.account, error)
            await asyncio.sleep(RECONNECT)
        else:
            await accounts.working(channel.name, channel.account)
            return


async def _prepare(guard: Guard, brand: Brand) -> None:
    """Do what is done once only while nobody waits for it."""
    for market in brand.markets.values():
        await asyncio.to_thread(detect, "What is this written in?", market.languages)
    for _ in guard.prepare():
        await asyncio.sleep(LET_OTHERS)


@asynccontextmanager
async def side_by_side(running: Iterable[Step], stopping: asyncio.Event) -> AsyncIterator[None]:
    """Run steps meanwhile; at the end all are told to end, and waited for.

    A step that fails sets `stopping`, and `Crashed` is raised at the end: a process that does
    half of its work would look healthy.
    """
    tasks = [asyncio.ensure_future(step) for step in running]
    for task in tasks:
        task.add_done_callback(lambda task: _note(task, stopping))
    try:
        yield
    finally:
        await _end(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise Crashed(f"a part of the process failed: {place(error)}") from error


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    pending = {task for task in tasks if not task.done()}
    # More than once: before Python 3.11 a library may swallow a cancellation, as anyio does
    # with one that comes while it connects.
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=GRACE)


def _note(task: asyncio.Task[None], stopping: asyncio.Event) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("a part of the process failed: %s", trail(error))
        stopping.set()
