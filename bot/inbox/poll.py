"""For machines without a public address: fetches events instead of being sent them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.channels.base import Channel
from bot.clock import Clock
from bot.inbox.accept import Inbox
from bot.inbox.alone import Alone
from bot.inbox.rounds import Rest, Rests, Rounds, take
from bot.store.accounts import Accounts
from bot.store.store import Store

# Customers wait: what failed is tried again soon, and what our code stumbled over at once.
RESTS = Rests(
    usual=timedelta(seconds=5),
    later=timedelta(seconds=5),
    stopped=timedelta(minutes=1),
    stumbled=timedelta(0),
    longest=timedelta(minutes=5),
)


async def poll(
    channel: Channel,
    inbox: Inbox,
    accounts: Accounts,
    *,
    store: Store,
    clock: Clock,
    rest: Rest = asyncio.sleep,
) -> None:
    """Fetch until cancelled, unless the account gets webhooks or another process does so already."""
    if channel.poll() is not None:
        name = f"poll/{channel.name}/{channel.account}"
        rounds = Rounds(
            channel,
            accounts,
            lambda: _fetch(channel, inbox, accounts),
            task="fetch",
            rests=RESTS,
            rest=rest,
        )
        await Alone(name, rounds.run, store=store, clock=clock).run()


async def _fetch(channel: Channel, inbox: Inbox, accounts: Accounts) -> None:
    """Fetch all that comes; each body is asked for after the one before was committed."""
    bodies = channel.poll()
    if bodies is None:
        return
    # Each time: who the account is, and what it may see, may have changed while we were away.
    await channel.check()
    await accounts.working(channel.name, channel.account)
    async for body in bodies:
        await take(channel, inbox, body)
