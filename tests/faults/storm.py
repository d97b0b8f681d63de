"""Lets one fault after the other, and then two at a time, loose on an installation."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

from msgspec import Struct

from tests.faults.trouble import Fault

_CALM = (0.5, 1.5)


class Struck(Struct, frozen=True, kw_only=True):
    """A fault that took place: seconds from the start, how long it lasted, messages said meanwhile."""

    name: str
    at: float
    lasted: float
    said: int


class Storm:
    """Runs faults in an order that the seed gives. `said` counts the customers' messages."""

    def __init__(self, faults: Iterable[Fault], chance: Random, said: Callable[[], int]) -> None:
        self.struck: list[Struck] = []
        self._faults = list(faults)
        self._chance = chance
        self._said = said
        self._suffering: set[str] = set()
        self._began = time.monotonic()

    def counts(self) -> Counter[str]:
        """How often each fault took place."""
        return Counter(struck.name for struck in self.struck)

    async def rage(self, seconds: float) -> None:
        """Go on for so long: each fault in turn, and from half time on two lines of them."""
        self._began = time.monotonic()
        until = self._began + seconds
        await asyncio.gather(self._line(until, 0.0), self._line(until, seconds / 2))

    async def pass_by(self) -> None:
        """Each fault once, on two lines from the start."""
        order = self._chance.sample(self._faults, len(self._faults))
        await asyncio.gather(self._each(order[::2]), self._each(order[1::2]))

    async def _each(self, faults: list[Fault]) -> None:
        for fault in faults:
            while fault.part in self._suffering:  # noqa: ASYNC110 - half a second is soon enough
                await asyncio.sleep(_CALM[0])
            await self._strike(fault)

    async def _line(self, until: float, wait: float) -> None:
        await asyncio.sleep(wait if self._faults else until - time.monotonic())
        while time.monotonic() < until:
            for fault in self._chance.sample(self._faults, len(self._faults)):
                if time.monotonic() >= until:
                    return
                if fault.part not in self._suffering:
                    await self._strike(fault)
                    await asyncio.sleep(self._chance.uniform(*_CALM))

    async def _strike(self, fault: Fault) -> None:
        self._suffering.add(fault.part)
        at, said = time.monotonic(), self._said()
        try:
            await fault.begin()
            try:
                await asyncio.sleep(self._chance.uniform(*fault.seconds))
            finally:
                await fault.end()
        finally:
            self._suffering.discard(fault.part)
        lasted = time.monotonic() - at
        now = Struck(name=fault.name, at=at - self._began, lasted=lasted, said=self._said() - said)
        self.struck.append(now)
