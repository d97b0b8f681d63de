"""Threads that do what others wait for, and tell them how it went."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from queue import Empty, PriorityQueue
from typing import Any

from sqlalchemy.engine import Connection

_URGENT, _NORMAL, _LAST = range(3)


class Job:
    """A function that wants a connection, and who waits for it: a coroutine of `loop`, or a thread.

    Jobs that are `urgent` go first.
    """

    def __init__(
        self,
        function: Callable[[Connection], Any],
        future: asyncio.Future[Any] | Future[Any],
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        urgent: bool = False,
    ) -> None:
        self.function = function
        self.urgent = urgent
        self.loop = loop
        self.result: Any = None
        self.error: BaseException | None = None
        self._future = future

    def settle(self) -> None:
        """Tell who waits, unless nobody does any more."""
        if self._future.done():
            return
        if self.error is None:
            self._future.set_result(self.result)
        else:
            self._future.set_exception(self.error)


class Threads:
    """Threads that take jobs, urgent ones first, else as they came; at most `at_once` together.

    `work` leaves result or error in each of them; what it raises is the error of all.
    """

    def __init__(
        self, name: str, number: int, work: Callable[[list[Job]], None], *, at_once: int = 1
    ) -> None:
        # Ordered by the first two: how urgent, and when it came.
        self._jobs: PriorityQueue[tuple[int, int, Job | None]] = PriorityQueue()
        self._numbers = count()
        self._work = work
        self._at_once = at_once
        self._closing = threading.Lock()
        self._closed = False
        # Daemons: a program that forgets to close the store ends all the same.
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        """Put a job in the line."""
        with self._closing:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._put(_URGENT if job.urgent else _NORMAL, job)

    def close(self) -> None:
        """Do what waits, then end."""
        with self._closing:
            self._closed = True
            self._put(_LAST, None)
        for thread in self._threads:
            thread.join()

    def _put(self, rank: int, job: Job | None) -> None:
        self._jobs.put((rank, next(self._numbers), job))

    def _run(self) -> None:
        while jobs := self._take():
            try:
                self._work(jobs)
            except BaseException as error:  # noqa: BLE001 - told to those who wait
                for job in jobs:
                    job.error = error
            _settle(jobs)

    def _take(self) -> list[Job]:
        """The next jobs; none when all is done."""
        jobs: list[Job] = []
        with suppress(Empty):
            while len(jobs) < self._at_once:
                _, _, job = self._jobs.get(block=not jobs)
                if job is None:
                    self._put(_LAST, None)  # for the other threads
                    break
                jobs.append(job)
        return jobs


def _settle(jobs: Iterable[Job]) -> None:
    """Tell each loop once: to wake it up costs more than a small transaction."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = defaultdict(list)
    for job in jobs:
        if job.loop is None:
            job.settle()
        else:
            by_loop[job.loop].append(job)
    for loop, told in by_loop.items():
        # A loop that has ended has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_all, told)


def _settle_all(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.settle()
