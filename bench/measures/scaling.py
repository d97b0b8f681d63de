"""Two machines' worth of workers against one.

A machine is a worker process and an assistant of its own. Two machines have more cores than the
one that this runs on, so the assistants wait for as long as a turn takes instead of computing; the
workers, the gateway, PostgreSQL and Redis are real.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from msgspec import Struct, to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import some
from bench.harness.product import Setup
from bench.harness.spread import steady_rate
from bench.harness.stage import Stage, eventually, stage
from bench.harness.standins import stand_ins
from bench.harness.streams import Letters, client, undisturbed
from bench.harness.workshop import Workshop
from tests.servers import postgres, redis

NAME = "scaling"
# What a turn takes in an assistant. Longer than it really is, so that everything around it has
# enough of the cores.
TURN_SECONDS = 0.05
_PATIENCE = 120.0
_AT_ONCE = 8


class Run(Struct, frozen=True, kw_only=True):
    """Turns a second of so many machines."""

    turns: float
    details: dict[str, Any]


async def measure(workshop: Workshop) -> Measured:
    """One machine, then two, with as many messages for each."""
    runs = {}
    for machines in (1, 2):
        workshop.say(f"scaling: {machines} worker(s) ...")
        runs[machines] = await _run(workshop, machines, workshop.pick(300, 60) * machines)
    one, two = runs[1].turns, runs[2].turns
    return Measured(
        name=NAME,
        figures=(
            Figure(
                what="Turns of two machines' worth of workers, against one (the model simulated)",
                value=two / one,
                target=1.8,
                absolute=f"{two:.1f} against {one:.1f} turns/s; one assistant could take "
                f"{1 / TURN_SECONDS:.0f}",
            ),
        ),
        details={f"{machines} workers": run.details for machines, run in runs.items()},
    )


async def _run(workshop: Workshop, machines: int, count: int) -> Run:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(workshop.folder("scaling-assistants"))
        assistants = await stack.enter_async_context(stand_ins(machines, TURN_SECONDS, folder))
        server = stack.enter_context(postgres(durable=True))
        setup = Setup(
            workers=machines,
            assistants=assistants,
            database_url=stack.enter_context(server.fresh()),
            redis_url=stack.enter_context(redis()).url,
        )
        on = await stack.enter_async_context(stage(workshop, "scaling", setup))
        return await _turns(workshop, on, count)


async def _turns(workshop: Workshop, on: Stage, count: int) -> Run:
    """As many people write as fast as they are accepted; how fast are they answered?"""
    messages = some(workshop.messages, count)
    letters = [on.platform.write(person, message) for person, message in enumerate(messages)]
    meter = on.meter()
    async with client(on.platform.headers) as web, undisturbed():
        post = Letters(web, on.url, letters).post
        lines = [asyncio.create_task(_post_all(post, number, count)) for number in range(_AT_ONCE)]
        await asyncio.gather(*lines)
        await eventually(lambda: len(_answers(workshop, on)) >= count, _PATIENCE)
        spent = meter.read()
    moments = _answers(workshop, on)
    details = {"answered": len(moments), "of": count, "spent": to_builtins(spent)}
    return Run(turns=steady_rate(moments), details=details)


async def _post_all(post: Any, first: int, count: int) -> None:
    for number in range(first, count, _AT_ONCE):
        await post(number)


def _answers(workshop: Workshop, on: Stage) -> list[float]:
    """When people got more than an acknowledgement."""
    firsts = []
    for heard in on.platform.heard.values():
        answers = [it.at for it in heard if not workshop.wording.acknowledges(it.text)]
        firsts += answers[:1]
    return firsts
