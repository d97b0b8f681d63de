"""The memory of a gateway with 10,000 open conversations.

The assistant is a stand-in, which changes nothing in gateway and workers. What the workers hold who
take the turns and send is told beside it, and what pages of the web chat cost that are open.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import aiohttp
from msgspec import Struct, to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import some
from bench.harness.processes import BenchFailed, Process
from bench.harness.product import Setup
from bench.harness.stage import Stage, stage
from bench.harness.standins import stand_ins
from bench.harness.streams import client
from bench.harness.talk import by_telegram
from bench.harness.workshop import Workshop

NAME = "memory"
CONVERSATIONS = 10_000
STREAMS = 1_000
MOST_MB = 150.0
_AT_ONCE = 20
# What a process frees it gives back late: it is looked at when it has come to rest.
_REST_SECONDS = 3.0


async def measure(workshop: Workshop) -> Measured:
    """Everybody writes once and is answered."""
    people = workshop.pick(CONVERSATIONS, 300)
    talks = [[message] for message in some(workshop.messages, people)]
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(workshop.folder("memory-assistant"))
        assistants = await stack.enter_async_context(stand_ins(1, 0.0, folder))
        # As many bots as the brand has: each keeps connections of its own.
        setup = Setup(assistants=assistants, workers=workshop.options.workers)
        on = await stack.enter_async_context(stage(workshop, "memory", setup, bots_per_market=1))
        gateway, workers = on.product.gateway, on.product.workers
        started = {it.name: it.resident_peak() for it in (gateway, *workers)}
        for process in (gateway, *workers):
            process.forget_peak()
        workshop.say(f"memory: {people:,} conversations ...")
        meter = on.meter()
        async with by_telegram(talks, on.url, on.platform, workshop.wording, _AT_ONCE) as conversations:
            taken = await conversations.hold()
        spent = meter.read()
        await asyncio.sleep(_REST_SECONDS)
        held, *by_workers = [_held(it) for it in (gateway, *workers)]
        streams = workshop.pick(STREAMS, 50)
        watched = await _with_streams(on, streams)
    answered = len(taken.moments)
    if answered < 0.99 * people:
        raise BenchFailed(f"only {answered} of {people} conversations were answered")
    return Measured(
        name=NAME,
        figures=(
            _figure(held, people, answered),
            *(_beside("the worker that takes the turns and sends", it) for it in by_workers),
            Figure(what="Beside it, for a moment of its start", value=started[gateway.name], unit="MB"),
            Figure(
                what="Beside it, for each page of the web chat that is open",
                value=1024 * (watched - held.at_rest) / streams,
                unit="KB",
            ),
        ),
        details={
            "mb": {
                "at the start": started,
                "held": to_builtins([held, *by_workers]),
                f"with {streams} streams": watched,
            },
            "turns_a_second": round(answered / spent.seconds, 1),
            "spent": to_builtins(spent),
        },
    )


class Held(Struct, frozen=True, kw_only=True):
    """The memory of a process, in MB; `peak` since the first message."""

    at_rest: float
    peak: float

    @property
    def most(self) -> float:
        return max(self.at_rest, self.peak)

    def __str__(self) -> str:
        return f"{self.at_rest:.0f} MB at rest, {self.peak:.0f} MB at most"


def _held(process: Process) -> Held:
    return Held(at_rest=process.resident(), peak=process.resident_peak())


def _figure(held: Held, people: int, answered: int) -> Figure:
    return Figure(
        what=f"Memory of the gateway at {people:,} open conversations",
        value=held.most,
        unit="MB",
        target=MOST_MB,
        at_least=False,
        absolute=f"{held}; {answered:,} answered",
    )


def _beside(what: str, held: Held) -> Figure:
    return Figure(what=f"Beside it, {what}", value=held.most, unit="MB", absolute=str(held))


async def _with_streams(on: Stage, number: int) -> float:
    """The gateway's memory while so many pages of the web chat are open."""
    async with client(connections=0) as web, AsyncExitStack() as stack:
        for _ in range(number):
            await stack.enter_async_context(_page(web, on.url))
        await asyncio.sleep(_REST_SECONDS)
        return on.product.gateway.resident()


def _page(web: aiohttp.ClientSession, url: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    return web.get(f"{url}/chat/events", timeout=aiohttp.ClientTimeout(total=None))
