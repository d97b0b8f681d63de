"""One child process: started in a group of its own, listened to, stopped."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress

from msgspec import Struct

from bot.supervisor.leash import leash
from bot.supervisor.output import lines

Say = Callable[[str], None]


class Program(Struct, frozen=True, kw_only=True):
    """What to run: a command, and what its environment has beside that of this process."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = {}


class Child:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process, say: Say) -> None:
        self._process = process
        self._relay = asyncio.create_task(_relay(process, say))

    @classmethod
    async def start(cls, program: Program, say: Say) -> Child:
        """Start a program; each line that it writes goes to `say`. Raises OSError if it cannot."""
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            preexec_fn=leash(),
        )
        return cls(process, say)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """Wait for its end; the exit code, or minus the number of the signal that killed it."""
        code = await self._process.wait()
        # A grandchild may hold the other end of the pipe open for ever.
        await asyncio.wait([self._relay], timeout=1)
        self._relay.cancel()
        return code

    async def stop(self, grace: float) -> None:
        """SIGTERM to it and its own children, SIGKILL after `grace` seconds."""
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), grace)
        except asyncio.TimeoutError:
            self._signal(signal.SIGKILL)
            await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


async def _relay(process: asyncio.subprocess.Process, say: Say) -> None:
    assert process.stdout is not None  # noqa: S101 - `start` asked for it
    async for line in lines(process.stdout):
        say(line)
