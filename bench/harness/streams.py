"""Streams of messages: open, at a given rate whatever comes back; closed, so many under way."""

from __future__ import annotations

import asyncio
import gc
import heapq
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
from msgspec import Struct

from bench.harness.platform import Letter

# Telegram keeps 40 connections to a webhook by default and up to 100; several bots share ours.
CONNECTIONS = 100
PATIENCE = 60.0
_FAILED = 0


class Posted(Struct, frozen=True, kw_only=True):
    """A request that was made: when it was due and when it was answered, by `time.perf_counter`.

    `status` is 0 where no answer came.
    """

    due: float
    answered: float
    status: int

    @property
    def seconds(self) -> float:
        """From when it was due: a late start is part of the wait, as it is for people."""
        return self.answered - self.due


Post = Callable[[int], Awaitable[int]]


def arrivals(number: int, per_second: float, seed: int) -> list[float]:
    """When so many messages arrive, in seconds from the start: at random, as people write."""
    chance = random.Random(seed)  # noqa: S311 - arrivals that can be repeated, no secret
    gaps = [chance.expovariate(1.0) for _ in range(number)]
    stretch = number / per_second / sum(gaps)
    moments, now = [], 0.0
    for gap in gaps:
        moments.append(now)
        now += gap * stretch
    return moments


async def open_stream(moments: Sequence[float], post: Post) -> list[Posted]:
    """Make request n at moment n, whether those before are answered or not; all answers."""
    began = time.perf_counter()
    tasks = []
    for number, moment in enumerate(moments):
        await asyncio.sleep(max(began + moment - time.perf_counter(), 0))
        tasks.append(asyncio.create_task(_post(post, number, began + moment)))
    return list(await asyncio.gather(*tasks))


async def closed_stream(seconds: float, at_once: int, post: Post) -> list[Posted]:
    """Make requests one after the other in each of `at_once` lines, for so long; all answers."""
    until = time.perf_counter() + seconds
    numbers = iter(range(1 << 62))
    posted: list[Posted] = []

    async def line() -> None:
        while time.perf_counter() < until:
            posted.append(await _post(post, next(numbers), time.perf_counter()))

    await asyncio.gather(*(line() for _ in range(at_once)))
    return posted


async def _post(post: Post, number: int, due: float) -> Posted:
    try:
        status = await post(number)
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        status = _FAILED
    return Posted(due=due, answered=time.perf_counter(), status=status)


class Letters:
    """Posts letters to a gateway as Telegram does: those of one chat wait for one another."""

    def __init__(self, session: aiohttp.ClientSession, url: str, letters: Sequence[Letter]) -> None:
        self._session = session
        self._url = url
        self._letters = letters
        self._busy: dict[int, asyncio.Lock] = {}

    async def post(self, number: int) -> int:
        """Post one of them; the status of the answer."""
        letter = self._letters[number % len(self._letters)]
        busy = self._busy.setdefault(letter.chat, asyncio.Lock())
        async with busy, self._session.post(self._url + letter.path, data=letter.body) as response:
            await response.read()
            return response.status


@asynccontextmanager
async def client(
    headers: dict[str, str] | None = None, *, patience: float = PATIENCE, connections: int = CONNECTIONS
) -> AsyncIterator[aiohttp.ClientSession]:
    """Connections that are kept, to make many requests; each may take `patience` seconds."""
    connector = aiohttp.TCPConnector(limit=connections)
    timeout = aiohttp.ClientTimeout(total=patience)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as session:
        yield session


@asynccontextmanager
async def undisturbed() -> AsyncIterator[None]:
    """No collection of garbage in this process meanwhile: its pauses would be taken for the product's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Turns:
    """Conversations of which `at_once` messages are under way at any time.

    A person goes on writing `pause` seconds after an answer; meanwhile others write. `say` takes
    the number of the conversation and of the message within it, and tells whether it goes on.
    They can be held in parts: who is not done goes on in the next.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        say: Callable[[int, int], Awaitable[bool]],
        *,
        at_once: int,
        pause: float,
    ) -> None:
        self._new = iter(range(len(lengths)))
        self._lengths = lengths
        self._say = say
        self._at_once = at_once
        self._pause = pause
        # (when the person goes on, conversation, next message)
        self._resting: list[tuple[float, int, int]] = []

    async def run(self, most: int | None = None) -> None:
        """Let everybody say everything, or so many messages be said at most."""
        budget = iter(range(most)) if most is not None else count()
        await asyncio.gather(*(self._line(budget) for _ in range(self._at_once)))

    async def _line(self, budget: Iterator[int]) -> None:
        while next(budget, None) is not None and (place := await self._next()) is not None:
            conversation, message = place
            goes_on = await self._say(conversation, message)
            if goes_on and message + 1 < self._lengths[conversation]:
                again = time.perf_counter() + self._pause
                heapq.heappush(self._resting, (again, conversation, message + 1))

    async def _next(self) -> tuple[int, int] | None:
        """Who has rested long enough, else somebody new, else the next to have rested."""
        if self._resting and self._resting[0][0] <= time.perf_counter():
            return heapq.heappop(self._resting)[1:]
        fresh = next(self._new, None)
        if fresh is not None:
            return fresh, 0
        if not self._resting:
            return None
        at, conversation, message = heapq.heappop(self._resting)
        await asyncio.sleep(max(at - time.perf_counter(), 0))
        return conversation, message
