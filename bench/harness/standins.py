"""Assistants that wait instead of computing, as processes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.harness.processes import LOOPBACK, free_port, processes
from bench.harness.product import clean_environment


@asynccontextmanager
async def stand_ins(number: int, seconds: float, folder: Path) -> AsyncIterator[list[str]]:
    """The addresses of so many, each of which takes so long for a turn, one after the other."""
    urls = []
    async with processes(folder) as started:
        for place in range(1, number + 1):
            port = free_port()
            command = (sys.executable, "-m", "bench.harness.standin", "--port", str(port))
            wait = ("--seconds", str(seconds))
            process = await started.start(f"assistant {place}", (*command, *wait), clean_environment())
            urls.append(f"http://{LOOPBACK}:{port}")
            await process.answers(f"{urls[-1]}/webhooks/relais/")
        yield urls
