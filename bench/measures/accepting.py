"""Accepting alone: webhook, signature, parsing, commit, 200; against a handler that writes one row.

Gateway and bare handler take turns at some seconds each, so that what else the machine does slows
both alike.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp
from msgspec import Struct, to_builtins

from bench.harness.bareserver import bare_server
from bench.harness.figures import Figure, Measured
from bench.harness.messages import some
from bench.harness.meter import Meter
from bench.harness.platform import Letter, Platform
from bench.harness.processes import BenchFailed, processes
from bench.harness.product import Setup
from bench.harness.rounds import alternately
from bench.harness.spread import described, median
from bench.harness.stage import Stage, stage
from bench.harness.streams import Letters, Posted, client, closed_stream, undisturbed
from bench.harness.workshop import Workshop
from tests.servers import postgres

NAME = "accept"
AT_ONCE = 32
PEOPLE = 1000
_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_WARMING_UP_SECONDS = 1.0
# More than either can take: the same request twice would be recognised and cost less.
_MOST_PER_SECOND = 4000


class Slice(Struct, frozen=True, kw_only=True):
    """Some seconds of one of the two: how many a second, and all that was noted with it."""

    rate: float
    details: dict[str, Any]


class Side:
    """One of the two servers that are compared, and the letters it has not had yet."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, letters: Sequence[Letter], meter: Callable[[], Meter]
    ) -> None:
        self._letters = Letters(session, url, letters)
        self._meter = meter
        self._next = 0
        self.slices: list[Slice] = []

    async def run(self, seconds: float) -> list[Posted]:
        """Post for so long, in `AT_ONCE` lines."""
        first = self._next

        async def post(number: int) -> int:
            self._next = max(self._next, first + number + 1)
            return await self._letters.post(first + number)

        return await closed_stream(seconds, AT_ONCE, post)

    async def take(self, seconds: float) -> None:
        """Run and note what came of it."""
        meter = self._meter()
        posted = await self.run(seconds)
        spent = meter.read()
        good = [it.seconds for it in posted if it.status == 200]
        details = {"ms": described(good), "refused": len(posted) - len(good), "spent": to_builtins(spent)}
        self.slices.append(Slice(rate=len(good) / spent.seconds, details=details))

    @property
    def rate(self) -> float:
        """How many a second, in the middling slice."""
        return median([it.rate for it in self.slices])


async def measure(workshop: Workshop) -> Measured:
    """Both engines, one after the other."""
    figures, details = [], {}
    for engine, name in _ENGINES.items():
        workshop.say(f"accept: {name} ...")
        async with databases(engine) as urls:
            ours, bare = await _compare(workshop, engine, urls)
        figures.append(_figure(name, ours.rate, bare.rate))
        workshop.say(f"accept: {figures[-1].absolute}")
        details[engine] = {
            "gateway": to_builtins(ours.slices),
            "bare handler": to_builtins(bare.slices),
        }
    return Measured(name=NAME, figures=tuple(figures), details=details)


def _figure(engine: str, ours: float, bare: float) -> Figure:
    return Figure(
        what=f"Messages accepted a second, against a bare handler that writes one row ({engine})",
        value=ours / bare,
        target=0.5,
        absolute=f"{ours:.0f} against {bare:.0f} a second",
    )


@asynccontextmanager
async def databases(engine: str) -> AsyncIterator[tuple[str, str]]:
    """The addresses of two empty databases; empty ones stand for files in the state folder."""
    if engine == "sqlite":
        yield "", ""
        return
    with (
        postgres(durable=True) as server,
        server.fresh(migrated=False) as ours,
        server.fresh(migrated=False) as bare,
    ):
        yield ours, bare


async def _compare(workshop: Workshop, engine: str, urls: tuple[str, str]) -> tuple[Side, Side]:
    rounds, seconds = workshop.pick(5, 2), workshop.pick(4, 2)
    setup = Setup(accepts_only=True, database_url=urls[0])
    async with stage(workshop, f"accept-{engine}", setup) as on, processes(on.folder) as started:
        bare_url = urls[1] or f"sqlite:///{on.folder / 'bare.db'}"
        process, address = await bare_server(started, workshop.options.edge_python, bare_url)
        letters = _letters(workshop, on.platform, int(rounds * seconds * _MOST_PER_SECOND))
        async with client(on.platform.headers) as web, undisturbed():
            ours = Side(web, on.url, letters, on.meter)
            bare = Side(web, address, letters, lambda: Meter([process]))
            for side in (ours, bare):
                await side.run(_WARMING_UP_SECONDS)
            await alternately(rounds, partial(ours.take, seconds), partial(bare.take, seconds))
        _check(on, ours)
        return ours, bare


def _check(on: Stage, ours: Side) -> None:
    refused = sum(it.details["refused"] for it in ours.slices)
    if refused or on.product.gateway.has_ended:
        raise BenchFailed(f"the gateway did not accept {refused} messages")


def _letters(workshop: Workshop, platform: Platform, count: int) -> list[Letter]:
    messages = some(workshop.messages, count)
    return [platform.write(number % PEOPLE, message) for number, message in enumerate(messages)]
