"""Flat cost: the desk's queue page with a million messages against one with a thousand."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bench.harness.figures import Figure, Measured
from bench.harness.processes import BenchFailed, processes
from bench.harness.product import Setup, clean_environment
from bench.harness.spread import described, median
from bench.harness.stage import Stage, stage
from bench.harness.streams import client, undisturbed
from bench.harness.workshop import Workshop
from bot import clock
from bot.desk.guard import COOKIE
from bot.store import sessions
from bot.store.store import Store
from bot.store.tables import agents

NAME = "queue"
FEW, MANY = 1_000, 1_000_000
# As the page shows them: at most a hundred, whatever there was before.
_PAGES = {"queue": "/desk", "search": "/desk?q=bag"}


class Desk(Struct, frozen=True, kw_only=True):
    """A desk that one is logged in to."""

    url: str
    cookie: str

    async def get(self, session: aiohttp.ClientSession, path: str) -> float:
        """The seconds that a page takes, to its last byte."""
        began = time.perf_counter()
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        async with session.get(self.url + path, headers=headers, allow_redirects=False) as response:
            await response.read()
            if response.status != 200:
                raise BenchFailed(f"the desk answers {response.status} to {path}")
        return time.perf_counter() - began


async def measure(workshop: Workshop) -> Measured:
    """Two gateways, asked in turn."""
    many = workshop.pick(MANY, 20_000)
    workshop.say(f"queue: databases of {FEW:,} and {many:,} messages are filled (some minutes) ...")
    async with AsyncExitStack() as stack:
        desks = [await _desk(stack, workshop, count) for count in (FEW, many)]
        times = await _ask(desks, workshop.pick(40, 5))
    few, large = times["queue"]
    return Measured(
        name=NAME,
        figures=(
            _figure("The desk's queue page", few, large, many, 1.5),
            _figure("Beside it, a search", times["search"][0], times["search"][1], many, None),
        ),
        details={
            page: {"few_ms": described(of[0]), "many_ms": described(of[1])} for page, of in times.items()
        },
    )


def _figure(
    what: str, few: Sequence[float], large: Sequence[float], many: int, target: float | None
) -> Figure:
    return Figure(
        what=f"{what} with {many:,} messages, against one with {FEW:,}",
        value=median(large) / median(few),
        target=target,
        at_least=False,
        absolute=f"{1000 * median(large):.0f} against {1000 * median(few):.0f} ms, medians",
    )


async def _ask(desks: Sequence[Desk], times: int) -> dict[str, list[list[float]]]:
    """Each page of each desk so often, by turns; what else the machine does slows both alike."""
    seconds: dict[str, list[list[float]]] = {page: [[] for _ in desks] for page in _PAGES}
    async with client() as session, undisturbed():
        for turn in range(times + 1):
            for page, path in _PAGES.items():
                for taken, desk in zip(seconds[page], desks, strict=True):
                    passed = await desk.get(session, path)
                    if turn:  # the first one warms up
                        taken.append(passed)
    return seconds


async def _desk(stack: AsyncExitStack, workshop: Workshop, messages: int) -> Desk:
    """A gateway on a database with so many messages."""
    folder = stack.enter_context(workshop.folder(f"queue-{messages}"))
    url = f"sqlite:///{folder / 'relais.db'}"
    async with processes(folder) as started:
        command = (sys.executable, "-m", "bench.loading", url, str(messages))
        filling = await started.start("filling", command, clean_environment())
        if await filling.ended() != 0:
            raise BenchFailed(f"the database cannot be filled; {filling.log} says why")
    on = await stack.enter_async_context(
        stage(workshop, f"queue-{messages}-gateway", Setup(accepts_only=True, database_url=url))
    )
    return Desk(url=on.url, cookie=_log_in(on))


def _log_in(on: Stage) -> str:
    """Let the first agent in, without the form."""
    store = Store(on.product.database_url)
    try:
        return store.run_now(_session)
    finally:
        store.close()


def _session(connection: Connection) -> str:
    agent_id = connection.execute(select(agents.c.id).order_by(agents.c.id).limit(1)).scalar_one()
    return sessions.begin(connection, agent_id, clock.now())
