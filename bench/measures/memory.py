"""The memory of a gateway with 10,000 open conversations.

It accepts, takes the turns and sends, all in one process; the assistant is a stand-in, which
changes nothing in the gateway. What pages of the web chat that are open cost is told beside it.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import aiohttp
from msgspec import to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import some
from bench.harness.processes import BenchFailed
from bench.harness.product import Setup
from bench.harness.stage import Stage, stage
from bench.harness.standins import stand_ins
from bench.harness.streams import client
from bench.harness.talk import converse_by_telegram
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
        staged = stage(workshop, "memory", Setup(assistants=assistants), bots_per_market=1)
        on = await stack.enter_async_context(staged)
        gateway, empty = on.product.gateway, on.product.gateway.resident()
        started = gateway.resident_peak()
        gateway.forget_peak()
        workshop.say(f"memory: {people:,} conversations ...")
        meter = on.meter()
        taken = await converse_by_telegram(talks, on.url, on.platform, workshop.wording, _AT_ONCE)
        spent = meter.read()
        await asyncio.sleep(_REST_SECONDS)
        full, peak = gateway.resident(), gateway.resident_peak()
        streams = workshop.pick(STREAMS, 50)
        watched = await _with_streams(on, streams)
    answered = len(taken.moments)
    if answered < 0.99 * people:
        raise BenchFailed(f"only {answered} of {people} conversations were answered")
    return Measured(
        name=NAME,
        figures=_figures(full, peak, people, answered, started, (watched - full) / streams),
        details={
            "mb": {
                "at the start": started,
                "empty": empty,
                "full": full,
                "peak": peak,
                f"with {streams} streams": watched,
            },
            "turns_a_second": round(answered / spent.seconds, 1),
            "spent": to_builtins(spent),
        },
    )


def _figures(
    full: float, peak: float, people: int, answered: int, started: float, stream: float
) -> tuple[Figure, ...]:
    return (
        Figure(
            what=f"Memory of the gateway at {people:,} open conversations",
            value=max(full, peak),
            unit="MB",
            target=MOST_MB,
            at_least=False,
            absolute=f"{full:.0f} MB at rest, {peak:.0f} MB at most; {answered:,} answered",
        ),
        Figure(
            what="Beside it, for a moment of its start",
            value=started,
            unit="MB",
        ),
        Figure(
            what="Beside it, for each page of the web chat that is open",
            value=1024 * stream,
            unit="KB",
        ),
    )


async def _with_streams(on: Stage, number: int) -> float:
    """The gateway's memory while so many pages of the web chat are open."""
    async with client(connections=0) as web, AsyncExitStack() as stack:
        for _ in range(number):
            await stack.enter_async_context(_page(web, on.url))
        await asyncio.sleep(_REST_SECONDS)
        return on.product.gateway.resident()


def _page(web: aiohttp.ClientSession, url: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    return web.get(f"{url}/chat/events", timeout=aiohttp.ClientTimeout(total=None))
