"""Whoever reads what the channel fetches."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.channels.bluesky import Bluesky
from tests.channels.bluesky.contract import PASSWORD, account
from tests.fakes import bluesky as fake
from tests.fakes import follower
from tests.fakes.clock import FakeClock


class Follower(follower.Follower):
    """Sees that nothing comes, too."""

    def __init__(self, channel: Bluesky, rests: Rests) -> None:
        super().__init__(channel)
        self._rests = rests

    async def quiet(self) -> None:
        """Nothing comes in two rounds; what came before is acknowledged."""
        seen = len(self._rests.taken)
        waiting = asyncio.create_task(self.raw())
        await self._rests.more(seen + 2)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await self.begin_anew()


class Rests:
    """Notes the rests and hardly takes any."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self._changed = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        async with self._changed:
            self.taken.append(seconds)
            self._changed.notify_all()
        await asyncio.sleep(0)

    async def more(self, number: int) -> None:
        """Wait until so many were taken."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.taken) >= number), 5)


def channel_of(world: fake.Bluesky, clock: FakeClock, rests: Rests, **more: Any) -> Bluesky:
    """The channel of the brand's account."""
    options = account(base_url=world.base_url, **more)
    return Bluesky(options, {"password": PASSWORD}, timeout=2, clock=clock, rest=rests)
