"""Bells as if each were in a process of its own, and ears for them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from bot.store.bell import Bell, Listener


class Belfry:
    """Keeps bells running until `stack` is closed."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    def keep(self, bell: Bell) -> None:
        """Let a bell hear the others."""
        self._stack.push_async_callback(stop, asyncio.ensure_future(bell.run()))

    def ear(self, bell: Bell, topic: str = "topic") -> Listener:
        """Somebody who listens."""
        ear: Listener = self._stack.enter_context(bell.listen(topic))
        return ear


async def stop(running: asyncio.Task[None]) -> None:
    """End what runs, and wait for its end."""
    running.cancel()
    await asyncio.wait({running})
