"""Runs this process until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

from bot.app import serve
from bot.details.logs import Masking
from bot.settings import Settings


def keep_log() -> None:
    """Write what happens to stderr, without what looks like a personal detail."""
    handler = logging.StreamHandler()
    handler.setFormatter(Masking("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)


def run(settings: Settings, *, accepts: bool, works: bool) -> None:
    """Accept, work, or both, until SIGINT or SIGTERM."""
    asyncio.run(_until_told(settings, accepts=accepts, works=works))


async def _until_told(settings: Settings, *, accepts: bool, works: bool) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await serve(settings, os.environ, stopping, accepts=accepts, works=works)
