"""How fast an account may send: per second in all, and per chat."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.channels.base import Pace
from bot.messages import Address

# Chats whose last sending is remembered; older ones are long past any platform's limit.
REMEMBERED = 10_000
NO_WAIT = timedelta(0)


class Pacer:
    """Spaces the sendings of one account out."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._account_free: datetime | None = None
        self._chat_free: OrderedDict[str, datetime] = OrderedDict()

    def wait(self, address: Address, now: datetime) -> timedelta:
        """How long to wait before sending there; none means go, and takes the place."""
        free = [moment for moment in (self._account_free, self._chat_free.get(address.chat)) if moment]
        wait = max((moment - now for moment in free), default=NO_WAIT)
        if wait > NO_WAIT:
            return wait
        self._take(address, now)
        return NO_WAIT

    def pause(self, until: datetime) -> None:
        """Send nothing for this account before `until`: the platform said so."""
        self._account_free = max(until, self._account_free or until)

    def _take(self, address: Address, now: datetime) -> None:
        public = address.surface == "public"
        space = self._pace.per_group_seconds if public else self._pace.per_chat_seconds
        self._account_free = now + timedelta(seconds=1 / self._pace.per_second)
        self._chat_free[address.chat] = now + timedelta(seconds=space)
        self._chat_free.move_to_end(address.chat)
        while len(self._chat_free) > REMEMBERED:
            self._chat_free.popitem(last=False)
