"""What can be killed, stopped and started again: the processes of an installation."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from bot.supervisor import Child, Program
from tests.servers import Server

# How long a part may take to answer after a start, in seconds: Rasa loads its model.
PATIENCE = 300.0
# How long a process may take to end in order.
GRACE = 15.0
_BETWEEN_LOOKS = 0.05
_BEFORE_RESTART = 0.5


class Part(ABC):
    """One part of the installation, by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    async def start(self) -> None:
        """Start it, and wait until it answers."""

    @abstractmethod
    async def stop(self) -> None:
        """End it in order."""

    @abstractmethod
    async def kill(self) -> None:
        """SIGKILL: it dies at once, whatever it does."""

    @abstractmethod
    async def revive(self) -> None:
        """Be sure that it runs again after a kill, and answers."""

    @abstractmethod
    def pause(self) -> None:
        """SIGSTOP: it does nothing and keeps its connections."""

    @abstractmethod
    def go_on(self) -> None:
        """SIGCONT."""


class Process(Part):
    """A process that is started again whenever it ends, as by systemd or Compose.

    `answers` says whether it is ready. `deaths` counts its ends that nobody ordered: `kill`
    is an order, an end by itself is none.
    """

    def __init__(self, program: Program, log: Path, answers: Callable[[], Awaitable[bool]]) -> None:
        super().__init__(program.name)
        self.deaths: list[int] = []
        self._program = program
        self._log = log
        self._answers = answers
        self._child: Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ordered = False

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._child is not None
        return self._child.pid

    async def start(self) -> None:
        self._keeper = asyncio.create_task(self._keep())
        await self.revive()

    async def stop(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
        if self._child:
            self.go_on()
            await self._child.stop(GRACE)

    async def kill(self) -> None:
        self._ordered = True
        self._signal(signal.SIGKILL)

    async def revive(self) -> None:
        until = time.monotonic() + PATIENCE
        # After a kill what answers may still be the dead: their successor has another number.
        while self._ordered or not await self._answers():
            assert time.monotonic() < until, f"{self.name} does not answer: see {self._log}"
            await asyncio.sleep(_BETWEEN_LOOKS)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._child:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, number)

    async def _keep(self) -> None:
        with self._log.open("a", encoding="utf8", buffering=1) as log:
            while True:
                self._child = await Child.start(self._program, lambda line: _note(log, line))
                code = await self._child.wait()
                _note(log, f"*** ended with {code}")
                if not self._ordered:
                    self.deaths.append(code)
                await asyncio.sleep(_BEFORE_RESTART)
                self._ordered = False


def _note(log: TextIO, line: str) -> None:
    log.write(f"{line}\n")


class Machine(Part):
    """A server of others: PostgreSQL or Redis."""

    def __init__(self, name: str, server: Server) -> None:
        super().__init__(name)
        self._server = server

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop)

    async def kill(self) -> None:
        await asyncio.to_thread(self._server.kill)

    async def revive(self) -> None:
        await self.start()

    def pause(self) -> None:
        self._server.pause()

    def go_on(self) -> None:
        self._server.go_on()
