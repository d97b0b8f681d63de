"""Whoever reads what the channel fetches."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

from bot.channels.mastodon import Mastodon
from bot.messages import Inbound
from tests.channels.mastodon.contract import TOKEN, account
from tests.fakes.paper_instance import PaperInstance

NOW = datetime(2026, 11, 1, 10, 30, tzinfo=timezone.utc)


class Follower:
    """Reads one event after the other, as the inbox does."""

    def __init__(self, channel: Mastodon) -> None:
        self.channel = channel
        bodies = channel.poll()
        assert bodies is not None
        self._bodies = bodies

    async def next(self) -> Inbound:
        """The next event; the one before is acknowledged with that."""
        return (await self.batch())[0]

    async def batch(self) -> list[Inbound]:
        """The events of the next body that has any."""
        while True:
            events = self.channel.parse(await self.raw())
            if events:
                return events

    async def raw(self) -> bytes:
        """The next body."""
        return await asyncio.wait_for(self._bodies.__anext__(), 8)

    def soon(self) -> asyncio.Task[Inbound]:
        """The next event, when it comes."""
        return asyncio.create_task(self.next())

    async def stop(self) -> None:
        """As when another process takes over."""
        await self._bodies.aclose()  # type: ignore[attr-defined]  # it is a generator
        await self.channel.close()


class Rests:
    """Notes the rests and takes none."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def channel_of(paper: PaperInstance, rests: Rests, **more: Any) -> Mastodon:
    """A channel that never rests, and whose clock stands still."""
    secrets = {"token": TOKEN}
    return Mastodon(account(base_url=paper.url), secrets, rest=rests, clock=lambda: NOW, **more)
