"""Gathers what comes at the same moment: to commit it together costs little more than to commit one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")


class Gathering(Generic[J, R]):
    """Jobs that `work` does together: at most `most` at once, in `groups` side by side.

    A job that finds a group free begins at once; those that come meanwhile are the next group. Where
    `work` raises, each job is done alone, so that what one fails of is no other's fault, unless
    `concerns_all` knows better.
    """

    def __init__(
        self,
        work: Callable[[Sequence[J]], Awaitable[Sequence[R]]],
        *,
        concerns_all: Callable[[Exception], bool],
        most: int,
        groups: int,
    ) -> None:
        self._work = work
        self._concerns_all = concerns_all
        self._most = most
        self._free = groups
        self._waiting: list[tuple[J, asyncio.Future[R]]] = []
        self._running: set[asyncio.Task[None]] = set()

    async def do(self, job: J) -> R:
        """Do a job, with others perhaps; raises what it fails of."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._free:
            self._free -= 1
            task = asyncio.create_task(self._run())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _run(self) -> None:
        try:
            while group := self._waiting[: self._most]:
                del self._waiting[: len(group)]
                await self._do_together(group)
        finally:
            # Here, and not once the task has ended: who comes in between would wait for nobody.
            self._free += 1

    async def _do_together(self, group: Sequence[tuple[J, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([job for job, _ in group])
        except Exception as error:  # noqa: BLE001 - told to whom it concerns
            if len(group) == 1 or self._concerns_all(error):
                for _, future in group:
                    _tell(future, error)
                return
            for each in group:
                await self._do_together([each])
        else:
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _tell(future: asyncio.Future[R], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
