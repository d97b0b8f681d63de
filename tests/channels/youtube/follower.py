"""Whoever reads what the channel fetches."""

from __future__ import annotations

import asyncio

from bot.channels.youtube import YouTube
from bot.messages import Inbound
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


class Follower:
    """Reads one event after the other, as the inbox does."""

    def __init__(self, channel: YouTube) -> None:
        self.channel = channel
        bodies = channel.poll()
        assert bodies is not None
        self._bodies = bodies

    async def batch(self) -> list[Inbound]:
        """The events of the next body that has any; the one before is acknowledged with that."""
        while True:
            events = self.channel.parse(await asyncio.wait_for(self._bodies.__anext__(), 8))
            if events:
                return events

    async def next(self) -> Inbound:
        """The only event of the next body."""
        (event,) = await self.batch()
        return event

    async def stop(self) -> None:
        """As when another process takes over."""
        await self._bodies.aclose()  # type: ignore[attr-defined]  # it is a generator
