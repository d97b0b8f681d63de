"""When each account may send: in step with other processes as long as Redis is there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.channels.base import Pace
from bot.clock import Clock
from bot.errors import RedisAway
from bot.messages import Address, Surface
from bot.metrics import REDIS_CONNECTED
from bot.outbox.pace import Pacer

if TYPE_CHECKING:
    from bot.outbox.shared_pace import SharedPace

log = logging.getLogger(__name__)

Account = tuple[str, str]
T = TypeVar("T")

# How long Redis is left alone after it did not answer.
LEFT_ALONE = timedelta(seconds=5)
# An account so fast has no limits to share.
NO_LIMIT = 1000.0


class Pacing:
    """Spaces out the sendings of accounts.

    Each process keeps its own account of it, too: it holds when Redis is away, or has forgotten.
    """

    def __init__(self, paces: Mapping[Account, Pace], shared: SharedPace | None, clock: Clock) -> None:
        self._paces = paces
        self._pacers = {account: Pacer(pace) for account, pace in paces.items()}
        self._shared = shared
        self._clock = clock
        self._away_since: datetime | None = None
        if shared:
            REDIS_CONNECTED.labels("pace").set(1)

    async def reserve(self, account: Account, address: Address, longest: timedelta) -> timedelta:
        """How long to wait before sending there: the place in the line is then taken.

        A wait beyond `longest` takes no place: ask again when it is over.
        """
        pacer, pace = self._pacers[account], self._paces[account]
        now = self._clock()
        wait = pacer.wait(address, now)
        if wait <= longest:
            shared = await self._ask(account, lambda redis: redis.reserve(account, pace, address, longest))
            wait = max(wait, shared or wait)
        if wait <= longest:
            pacer.take(address, now + wait)
        return wait

    async def sent(self, account: Account, address: Address) -> None:
        """Count the chat's time from the moment when a message really went out."""
        pace = self._paces[account]
        self._pacers[account].sent(address, self._clock())
        await self._ask(account, lambda redis: redis.sent(account, pace, address))

    async def pause(self, account: Account, rest: timedelta, surface: Surface | None = None) -> None:
        """Send nothing for this account, or nothing on a surface, for a while: the platform said so."""
        self._pacers[account].pause(self._clock() + rest, surface)
        await self._ask(account, lambda redis: redis.pause(account, rest, surface))

    async def _ask(self, account: Account, question: Callable[[SharedPace], Awaitable[T]]) -> T | None:
        """What Redis says; None while it is away, and for accounts that need not ask."""
        if self._shared is None or self._is_left_alone() or self._paces[account].per_second >= NO_LIMIT:
            return None
        try:
            answer = await question(self._shared)
        except RedisAway as error:
            self._is_away(str(error))
            return None
        self._is_there()
        return answer

    def _is_left_alone(self) -> bool:
        return self._away_since is not None and abs(self._clock() - self._away_since) < LEFT_ALONE

    def _is_away(self, why: str) -> None:
        if self._away_since is None:
            log.warning("Redis is away, this process alone minds the pace of its sendings: %s", why)
            REDIS_CONNECTED.labels("pace").set(0)
        self._away_since = self._clock()

    def _is_there(self) -> None:
        if self._away_since is not None:
            log.info("all processes mind the pace of their sendings together again")
            REDIS_CONNECTED.labels("pace").set(1)
        self._away_since = None
