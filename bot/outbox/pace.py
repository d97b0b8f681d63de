"""How fast an account may send: per second in all, and per chat."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.channels.base import Pace
from bot.messages import Address

# Chats whose last sending is remembered; older ones are long past any platform's limit.
REMEMBERED = 10_000


class Pacer:
    """Spaces the sendings of one account out."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._account_free: datetime | None = None
        self._chat_free: OrderedDict[str, datetime] = OrderedDict()
        self._latest: datetime | None = None

    def reserve(self, address: Address, now: datetime, longest: timedelta) -> timedelta:
        """How long to wait before sending there: the place in the line is then taken.

        A wait beyond `longest` takes no place: ask again when it is over.
        """
        self._look_at_clock(now)
        free = (self._account_free, self._chat_free.get(address.chat), now)
        moment = max(time for time in free if time)
        if moment - now <= longest:
            self._take(address, moment)
        return moment - now

    def sent(self, address: Address, now: datetime) -> None:
        """Count the chat's time from the moment when a message really went out."""
        self._keep_free(address, now)

    def pause(self, until: datetime) -> None:
        """Send nothing for this account before `until`: the platform said so."""
        self._account_free = max(until, self._account_free or until)

    def _look_at_clock(self, now: datetime) -> None:
        """Forget everything where the clock was set back: else all would wait for as long as that."""
        if self._latest and now < self._latest:
            self._account_free = None
            self._chat_free.clear()
        self._latest = now

    def _take(self, address: Address, moment: datetime) -> None:
        self._account_free = moment + timedelta(seconds=1 / self._pace.per_second)
        self._keep_free(address, moment)

    def _keep_free(self, address: Address, moment: datetime) -> None:
        public = address.surface == "public"
        space = self._pace.per_group_seconds if public else self._pace.per_chat_seconds
        self._chat_free[address.chat] = moment + timedelta(seconds=space)
        self._chat_free.move_to_end(address.chat)
        while len(self._chat_free) > REMEMBERED:
            self._chat_free.popitem(last=False)
