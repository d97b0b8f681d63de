"""A worker process that one message ends: `python -m tests.fakes.mortal DATABASE`.

It works until it is killed, or until it takes a turn with the word `zebra`, or with `gnu`, at which
it stands still until the watchdog ends it.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from datetime import timedelta
from pathlib import Path

from bot.assistant.scripted import Scripted, understood
from bot.clock import now
from bot.conversation import turns
from bot.messages import Turn, Understanding
from bot.watchdog import watched
from tests.fakes.house import House

SCRIPT = {"cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg.")}
ENDED = 77
# Of the watchdog, in seconds: not a minute, which a test waits for five times.
PATIENCE = 3.0


class Mortal(Scripted):
    """Takes a moment for every message, and for ever for one; another ends the process."""

    async def read(self, turn: Turn) -> Understanding:
        """Understand, or die as a process does that runs out of memory."""
        await asyncio.sleep(0.05)
        if "zebra" in turn.text:
            os._exit(ENDED)
        if "gnu" in turn.text:
            re.match("(a+)+$", "a" * 60 + "b")
        return await super().read(turn)


async def work(database: str) -> None:
    """Take turns and deliver."""
    # Not 15 s: a test waits for it five times.
    turns.LEASE = timedelta(seconds=1)
    house = House(Path(), SCRIPT, database=database)
    house.assistant = Mortal(SCRIPT)
    house.clock = now  # type: ignore[assignment]  # the real one
    house.restart()
    async with watched(PATIENCE):
        await asyncio.gather(house.turns.run(), house.outbox.run())


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
