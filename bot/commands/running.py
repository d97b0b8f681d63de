"""Runs this process until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from bot.app import serve
from bot.settings import Settings
from bot.watchdog import watched

# How long a thread may keep the interpreter while others want it, in seconds. Each statement gives it
# away and wants it back: with Python's own 5 ms a busy process would spend its time on waiting.
_TURN = 0.0001


def run(settings: Settings, *, accepts: bool, works: bool) -> None:
    """Accept, work, or both, until SIGINT or SIGTERM."""
    sys.setswitchinterval(_TURN)
    asyncio.run(_until_told(settings, accepts=accepts, works=works))


async def _until_told(settings: Settings, *, accepts: bool, works: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with watched():
        await serve(settings, os.environ, stopping, accepts=accepts, works=works)
