"""What is compared takes turns at some seconds each: what slows the machine slows all of it alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

# What one of them still has to do after its slice must not fall into that of the next, in seconds.
_BREATH = 1.0


async def alternately(rounds: int, *slices: Callable[[], Awaitable[None]]) -> None:
    """Take each slice so many times, one after the other."""
    for _ in range(rounds):
        for take in slices:
            await take()
            await asyncio.sleep(_BREATH)
