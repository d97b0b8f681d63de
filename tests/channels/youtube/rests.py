"""The rests that a channel takes."""

from __future__ import annotations

import asyncio

from tests.fakes.clock import FakeClock


class Rests:
    """Notes the rests, and lets the clock go on by them in no time."""

    def __init__(self, clock: FakeClock) -> None:
        self.taken: list[float] = []
        self._clock = clock

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self._clock.forward(seconds=seconds)
        await asyncio.sleep(0)
