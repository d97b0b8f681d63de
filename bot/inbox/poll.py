"""For machines without a public address: fetches events instead of being sent them."""

from __future__ import annotations

import asyncio
import logging

from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import AccountStopped, BadPayload, DeliveryError, Stumbled
from bot.inbox.accept import Inbox
from bot.inbox.alone import Alone
from bot.store.accounts import Accounts
from bot.store.store import Store

log = logging.getLogger(__name__)

# The rest after a platform failed to answer, in seconds.
PAUSE = 5.0
# The rest of an account whose credentials were refused, in seconds.
STOPPED = 60.0


async def poll(channel: Channel, inbox: Inbox, accounts: Accounts, *, store: Store, clock: Clock) -> None:
    """Fetch until cancelled, unless the account gets webhooks or another process does so already."""
    if channel.poll() is not None:
        name = f"poll/{channel.name}/{channel.account}"
        await Alone(name, lambda: _fetch(channel, inbox, accounts), store=store, clock=clock).run()


async def _fetch(channel: Channel, inbox: Inbox, accounts: Accounts) -> None:
    """Fetch until cancelled; each body is asked for after the one before was committed."""
    while True:
        try:
            await _round(channel, inbox, accounts)
            return
        except AccountStopped as error:
            await accounts.stopped(channel.name, channel.account, str(error))
            await asyncio.sleep(STOPPED)
        except DeliveryError as error:
            log.warning("cannot fetch: %s", error, extra={"account": channel.account})
            await asyncio.sleep(PAUSE)
        except Stumbled:
            # Fetched again at once, a few times; then it is put aside and the next ones come.
            continue
        except Exception:
            # The database may be away for a while: what was not stored is fetched again.
            log.exception("cannot store what was fetched", extra={"account": channel.account})
            await asyncio.sleep(PAUSE)


async def _round(channel: Channel, inbox: Inbox, accounts: Accounts) -> None:
    bodies = channel.poll()
    if bodies is None:
        return
    await channel.check()
    await accounts.working(channel.name, channel.account)
    async for body in bodies:
        try:
            await inbox.take(channel, body)
        except BadPayload as error:
            log.warning("ignored a body: %s", error, extra={"account": channel.account})
