"""Runs this process until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal

from bot.app import serve
from bot.settings import Settings


def run(settings: Settings, *, accepts: bool, works: bool) -> None:
    """Accept, work, or both, until SIGINT or SIGTERM."""
    asyncio.run(_until_told(settings, accepts=accepts, works=works))


async def _until_told(settings: Settings, *, accepts: bool, works: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await serve(settings, os.environ, stopping, accepts=accepts, works=works)
