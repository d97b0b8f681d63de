"""Whoever reads what a channel fetches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bot.channels.base import Channel
from bot.messages import Inbound

PATIENCE = 8.0


class Follower:
    """Reads one event after the other, as the inbox does."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self._bodies = self._polled()

    async def next(self) -> Inbound:
        """The first event of the next batch."""
        return (await self.batch())[0]

    async def only(self) -> Inbound:
        """The same where there must be no other."""
        (event,) = await self.batch()
        return event

    async def batch(self) -> list[Inbound]:
        """The events of the next body that has any; the one before is acknowledged with that."""
        while True:
            events = self.channel.parse(await self.raw())
            if events:
                return events

    async def raw(self) -> bytes:
        """The next body."""
        return await asyncio.wait_for(self._bodies.__anext__(), PATIENCE)

    def soon(self) -> asyncio.Task[Inbound]:
        """The next event, when it comes."""
        return asyncio.create_task(self.next())

    async def begin_anew(self) -> None:
        """Let go what is not acknowledged, and read from where the channel knows to go on."""
        await self._bodies.aclose()
        self._bodies = self._polled()

    async def stop(self) -> None:
        """As when another process takes over."""
        await self._bodies.aclose()
        await self.channel.close()

    def _polled(self) -> AsyncGenerator[bytes, None]:
        bodies = self.channel.poll()
        # A channel promises no more than an iterator, which cannot be closed; all have a generator.
        assert isinstance(bodies, AsyncGenerator)
        return bodies
