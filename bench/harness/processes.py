"""Processes of a measure: started, awaited, watched, stopped."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from bench.harness.usage import cpu_seconds, forget_peak, resident, resident_peak
from bot.errors import RelaisError
from bot.supervisor.leash import leash

LOOPBACK = "127.0.0.1"
_PORTS = range(20_000, 32_000)
# Rasa with a large model takes 20 s on a machine that does nothing else.
PATIENCE = 180.0
_BETWEEN_LOOKS = 0.2
_GRACE = 15.0
_LAST_WORDS = 2000


class BenchFailed(RelaisError):
    """A measure could not be taken; the message says why."""


class Process:
    """A running program, whose words go to a file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    def cpu_seconds(self) -> float:
        """What it and its children have computed so far."""
        return cpu_seconds(self.pid)

    def resident(self) -> float:
        """Its memory now, in MB; without its children."""
        return resident(self.pid)

    def resident_peak(self) -> float:
        """The most memory that it has had since its start, or since that was forgotten, in MB."""
        return resident_peak(self.pid)

    def forget_peak(self) -> None:
        """Let the most memory that it has count from now on."""
        forget_peak(self.pid)

    async def answers(self, url: str, patience: float = PATIENCE) -> None:
        """Wait until it answers there with success; raises `BenchFailed` with its last words."""
        until = time.monotonic() + patience
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while not await _succeeds(session, url):
                if self.has_ended or time.monotonic() > until:
                    raise BenchFailed(
                        f"{self.name} does not answer at {url}. Its last words:\n{self._words()}"
                    )
                await asyncio.sleep(_BETWEEN_LOOKS)

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL to what is left of it after a while."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE)
        except asyncio.TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if not self.has_ended:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _words(self) -> str:
        return self.log.read_text(encoding="utf8", errors="replace")[-_LAST_WORDS:]


class Processes:
    """The processes of one phase of a measure. Their logs are kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.all: list[Process] = []

    async def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start a program with exactly this environment."""
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(environment),
                preexec_fn=leash(),
            )
        self.all.append(Process(name, process, log))
        return self.all[-1]

    async def stop(self) -> None:
        """Stop all of them, those that were started last first."""
        for process in reversed(self.all):
            await process.stop()


@asynccontextmanager
async def processes(folder: Path) -> AsyncIterator[Processes]:
    """Processes that end with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    started = Processes(folder)
    try:
        yield started
    finally:
        await started.stop()


def free_port(*, in_a_row: int = 1) -> int:
    """The first of so many ports that nobody listens on now.

    None of those that Linux gives to connections by itself: thousands are made during a measure, and
    one of them would have it before the server that it is meant for.
    """
    while True:
        first = secrets.choice(_PORTS)
        with ExitStack() as stack, suppress(OSError):
            for port in range(first, first + max(in_a_row, 1)):
                stack.enter_context(socket.create_server((LOOPBACK, port)))
            return first


async def _succeeds(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.ok
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False
