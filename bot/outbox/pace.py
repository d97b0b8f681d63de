"""How fast an account may send: per second in all, and per chat."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.channels.base import Pace
from bot.messages import Address, Surface

# Chats whose last sending is remembered; older ones are long past any platform's limit.
REMEMBERED = 10_000


class Pacer:
    """Spaces the sendings of one account out."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._account_free: datetime | None = None
        self._surface_free: dict[Surface, datetime] = {}
        self._chat_free: OrderedDict[str, datetime] = OrderedDict()
        self._latest: datetime | None = None

    def wait(self, address: Address, now: datetime) -> timedelta:
        """How long to wait before sending there; no place in the line is taken by asking."""
        self._look_at_clock(now)
        surface_free = self._surface_free.get(address.surface)
        free = (self._account_free, surface_free, self._chat_free.get(address.chat), now)
        return max(time for time in free if time) - now

    def take(self, address: Address, moment: datetime) -> None:
        """Say that something is sent there at that moment."""
        self._account_free = moment + timedelta(seconds=1 / self._pace.per_second)
        self._keep_free(address, moment)

    def sent(self, address: Address, now: datetime) -> None:
        """Count the chat's time from the moment when a message really went out."""
        self._keep_free(address, now)

    def pause(self, until: datetime, surface: Surface | None = None) -> None:
        """Send nothing for this account, or nothing on a surface, before `until`: the platform said so."""
        if surface is None:
            self._account_free = max(until, self._account_free or until)
        else:
            self._surface_free[surface] = max(until, self._surface_free.get(surface, until))

    def _look_at_clock(self, now: datetime) -> None:
        """Forget everything where the clock was set back: else all would wait for as long as that."""
        if self._latest and now < self._latest:
            self._account_free = None
            self._surface_free.clear()
            self._chat_free.clear()
        self._latest = now

    def _keep_free(self, address: Address, moment: datetime) -> None:
        self._chat_free[address.chat] = moment + space_in(self._pace, address)
        self._chat_free.move_to_end(address.chat)
        while len(self._chat_free) > REMEMBERED:
            self._chat_free.popitem(last=False)


def space_in(pace: Pace, address: Address) -> timedelta:
    """How far apart messages of one chat must be."""
    seconds = pace.per_group_seconds if address.surface == "public" else pace.per_chat_seconds
    return timedelta(seconds=seconds)
