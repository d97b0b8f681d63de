"""A process of the product, started as a person or a service manager starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path


class Running:
    """`python -m bot ...`; what it says is in a file."""

    def __init__(self, process: asyncio.subprocess.Process, said: Path) -> None:
        self._process = process
        self._said = said

    @classmethod
    async def start(cls, *command: str, environment: Mapping[str, str], said: Path) -> Running:
        """Start it, and wait until it listens."""
        with said.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *command),
                env={**os.environ, **environment},
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
            )
        running = cls(process, said)
        await running.says("listening at http://")
        return running

    async def says(self, words: str) -> None:
        """Wait until it has said this."""
        while words not in self._said.read_text():
            assert self._process.returncode is None, f"it ended:\n{self._said.read_text()}"
            await asyncio.sleep(0.02)

    async def gets(self, number: signal.Signals) -> int:
        """Send a signal, and wait for the end; the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self._process.wait()
