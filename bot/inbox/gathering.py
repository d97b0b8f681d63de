"""Gathers what comes at the same moment: to commit it together costs little more than to commit one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")


class _Group(Generic[J, R]):
    """Jobs that are done together, at most `most`: those that `waiting` holds when it is first asked."""

    def __init__(self, waiting: deque[tuple[J, asyncio.Future[R]]], most: int) -> None:
        self._waiting = waiting
        self._most = most
        self._members: list[tuple[J, asyncio.Future[R]]] | None = None

    @property
    def members(self) -> Sequence[tuple[J, asyncio.Future[R]]]:
        """Each job, and who waits for it."""
        if self._members is None:
            self._members = []
            with suppress(IndexError):
                while len(self._members) < self._most:
                    self._members.append(self._waiting.popleft())
        return self._members

    def jobs(self) -> Sequence[J]:
        """The same again and again; any thread may ask."""
        return [job for job, _ in self.members]


class Gathering(Generic[J, R]):
    """Jobs that `work` does together: at most `most` at once, in `groups` side by side.

    `work` is given a function that tells the jobs, and calls it when it really begins: who comes while
    it waits for others belongs to them. There may be none left then. Where `work` raises, each job is
    done alone, so that what one fails of is no other's fault, unless `concerns_all` knows better.
    """

    def __init__(
        self,
        work: Callable[[Callable[[], Sequence[J]]], Awaitable[Sequence[R]]],
        *,
        concerns_all: Callable[[Exception], bool],
        most: int,
        groups: int,
    ) -> None:
        self._work = work
        self._concerns_all = concerns_all
        self._most = most
        self._free = groups
        self._waiting: deque[tuple[J, asyncio.Future[R]]] = deque()
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
            while self._waiting:
                await self._do_together(_Group(self._waiting, self._most))
        finally:
            # Here, and not once the task has ended: who comes in between would wait for nobody.
            self._free += 1

    async def _do_together(self, group: _Group[J, R]) -> None:
        try:
            results = await self._work(group.jobs)
        except Exception as error:  # noqa: BLE001 - told to whom it concerns
            if len(group.members) == 1 or self._concerns_all(error):
                _tell((future for _, future in group.members), error)
                return
            for member in group.members:
                await self._do_together(_Group(deque([member]), 1))
        else:
            for (_, future), result in zip(group.members, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _tell(futures: Iterable[asyncio.Future[R]], error: Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)
