"""Asks the platform of one account again and again, and rests in between, whatever fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from bot.channels.base import Channel
from bot.errors import AccountStopped, BadPayload, DeliveryError, DeliveryLater, Stumbled
from bot.inbox.accept import Inbox
from bot.inbox.events import Accepted
from bot.store.accounts import Accounts
from bot.unexpected import trail

log = logging.getLogger(__name__)

# The rest after something failed that is none of the platform's: most likely the database is away.
AWAY = timedelta(seconds=5)

Failure = Literal["failed", "stopped", "stumbled"]
Rest = Callable[[float], Awaitable[None]]


class Rests(Struct, frozen=True, kw_only=True):
    """How long is rested: usually, and after a round that failed.

    `later` is the least after the platform did not answer, which may wish for more, up to `longest`;
    `stopped` is for an account whose credentials were refused, `stumbled` for when our own code failed.
    """

    usual: timedelta
    later: timedelta
    stopped: timedelta
    stumbled: timedelta
    longest: timedelta

    def after(self, error: DeliveryError) -> timedelta:
        """As the platform wishes; what will fail again is not asked for soon. Pure."""
        if isinstance(error, AccountStopped):
            return self.stopped
        if not isinstance(error, DeliveryLater):
            return self.usual
        wished = timedelta(seconds=min(error.retry_after or 0.0, self.longest.total_seconds()))
        return max(wished, self.later)


class Rounds:
    """The rounds of one account.

    `ask` takes in what the platform tells; it returns how long to rest before the next round, or None
    where that was all. An account that was refused is checked before more is asked of its platform.
    `task` says in logs what is done, as in "cannot ..."; `note` hears of each round that failed.
    """

    def __init__(
        self,
        channel: Channel,
        accounts: Accounts,
        ask: Callable[[], Awaitable[timedelta | None]],
        *,
        task: str,
        rests: Rests,
        note: Callable[[Failure], None] = lambda failure: None,
        rest: Rest = asyncio.sleep,
    ) -> None:
        self._channel = channel
        self._accounts = accounts
        self._ask = ask
        self._task = task
        self._rests = rests
        self._note = note
        self._rest = rest
        self._is_stopped = False
        self._account = (channel.name, channel.account)
        self._context = {"channel": channel.name, "account": channel.account}

    async def run(self) -> None:
        """Go on until that was all, or until cancelled."""
        while (pause := await self._round()) is not None:
            await self._rest(pause.total_seconds())

    async def _round(self) -> timedelta | None:
        """Ask, whatever fails; how long to rest after that."""
        try:
            return await self._asked()
        except Stumbled:
            # It comes again, a few times; then it is put aside and the next ones come.
            self._note("stumbled")
            return self._rests.stumbled
        except Exception as error:  # noqa: BLE001 - the database may be away: what was not stored comes again
            log.error("cannot %s: %s", self._task, trail(error), extra=self._context)
            self._note("stumbled")
            return AWAY

    async def _asked(self) -> timedelta | None:
        try:
            if self._is_stopped:
                await self._channel.check()
            pause = await self._ask()
        except DeliveryError as error:
            await self._tell(error)
            return self._rests.after(error)
        if self._is_stopped:
            self._is_stopped = False
            await self._accounts.working(*self._account)
        return pause

    async def _tell(self, error: DeliveryError) -> None:
        if isinstance(error, AccountStopped):
            self._is_stopped = True
            await self._accounts.stopped(*self._account, str(error))
            self._note("stopped")
        else:
            log.warning("cannot %s: %s", self._task, error, extra=self._context)
            self._note("failed")


async def take(channel: Channel, inbox: Inbox, body: bytes) -> Accepted | None:
    """Take in what a platform told when it was asked; None where it is left out, or put aside for a human.

    Raises as `Inbox.take` does, but for a body that is not understood: the platform would tell it again.
    """
    try:
        return await inbox.take(channel, body)
    except BadPayload as error:
        context = {"channel": channel.name, "account": channel.account}
        log.warning("ignored a body: %s", error, extra=context)
        return None
