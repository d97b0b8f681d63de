"""Gathers what comes at the same moment: to commit it together costs little more than to commit one."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from bot.unexpected import trail

log = logging.getLogger(__name__)

# How long a group may be under way, in seconds, before others are done beside it: those who come
# meanwhile wait for it, for larger groups cost less, but not for long, for it may wait for somebody's lock.
PATIENCE = 0.1

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
    """Jobs that `work` does together: at most `most` at once.

    A group waits for the one before, unless that takes long; at most `groups` are side by side.

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
        patience: float = PATIENCE,
    ) -> None:
        self._work = work
        self._concerns_all = concerns_all
        self._most = most
        self._free = groups
        self._patience = patience
        # Of the groups under way those that have not taken long yet.
        self._swift: set[_Group[J, R]] = set()
        self._waiting: deque[tuple[J, asyncio.Future[R]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def do(self, job: J) -> R:
        """Do a job, with others perhaps; raises what it fails of."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        self._begin()
        return await future

    def _begin(self) -> None:
        """Begin a group, if anybody waits for one and none is about to end."""
        if not (self._waiting and self._free) or self._swift:
            return
        group = _Group(self._waiting, self._most)
        self._free -= 1
        self._swift.add(group)
        task = asyncio.create_task(self._run(group))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, group: _Group[J, R]) -> None:
        late = asyncio.get_running_loop().call_later(self._patience, self._wait_no_more, group)
        try:
            await self._do_together(group)
        finally:
            # Here, and not once the task has ended: who comes in between would wait for nobody.
            late.cancel()
            self._free += 1
            self._wait_no_more(group)

    def _wait_no_more(self, group: _Group[J, R]) -> None:
        self._swift.discard(group)
        self._begin()

    async def _do_together(self, group: _Group[J, R]) -> None:
        try:
            results = await self._work(group.jobs)
        except Exception as error:  # noqa: BLE001 - told to whom it concerns
            if len(group.members) == 1 or self._concerns_all(error):
                _tell((future for _, future in group.members), error)
                return
            log.warning("each of %d by itself: together they fail: %s", len(group.members), trail(error))
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
