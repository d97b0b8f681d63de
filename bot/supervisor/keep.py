"""Starts programs and keeps them running."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from bot.supervisor.child import Child, Program, Say
from bot.supervisor.voice import Voice

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_LONG_LIFE = 60.0


def pause_before(deaths: int) -> float:
    """Seconds to wait before a program is started again that died `deaths` times in a row."""
    doublings = min(deaths - 1, 10)  # a program may die for weeks
    return min(_FIRST_PAUSE * 2.0**doublings, _LONGEST_PAUSE)


def cause_of(code: int) -> str:
    """The end of a process in plain words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


class Supervisor:
    """Keeps programs running until it is stopped; says in plain words what happens to them.

    `relay(name, line)` gets what they say themselves. `grace` is the seconds that a program has to
    end by itself when all is stopped.
    """

    def __init__(
        self,
        say: Say,
        *,
        relay: Callable[[str, str], None] | None = None,
        grace: float = 5.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._relay = relay or Voice("text", say).relay
        self._grace = grace
        self._sleep = sleep
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._deaths: Counter[str] = Counter()

    def keep(self, program: Program) -> None:
        """Start a program, and start it again whenever it ends."""
        self._tasks.append(asyncio.create_task(self._keep(program)))

    def deaths(self, name: str) -> int:
        """How often a program that is kept running has ended by itself."""
        return self._deaths[name]

    async def run(self, program: Program, say: Say) -> int:
        """Run a program once, to its end; its exit code. Cancelled, it stops the program."""
        child = await Child.start(program, say)
        try:
            return await child.wait()
        finally:
            await child.stop(self._grace)

    async def stop(self) -> None:
        """Stop every program; returns when all have ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _keep(self, program: Program) -> None:
        in_a_row = 0
        while True:
            born = self._clock()
            cause = await self._live(program)
            self._deaths[program.name] += 1
            in_a_row = 1 if self._clock() - born >= _LONG_LIFE else in_a_row + 1
            pause = pause_before(in_a_row)
            self._say(f"{program.name} ended by itself ({cause}). It is started again in {pause:g} s.")
            await self._sleep(pause)

    async def _live(self, program: Program) -> str:
        try:
            return cause_of(await self.run(program, partial(self._relay, program.name)))
        except OSError as error:
            return f"cannot be started: {error}"
