"""Two machines' worth of workers against one, each with as many people who wait for answers.

A machine is a worker process and an assistant of its own. Two machines have more cores than the
one that this runs on, so the assistants wait for as long as a turn takes instead of computing; the
workers, the gateway, PostgreSQL and Redis are real.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from msgspec import Struct, to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message, some
from bench.harness.product import Setup
from bench.harness.spread import steady_rate
from bench.harness.stage import Stage, stage
from bench.harness.standins import stand_ins
from bench.harness.talk import by_telegram, warm_up
from bench.harness.workshop import Workshop
from tests.servers import postgres, redis

NAME = "scaling"
# What a turn takes in an assistant. Longer than it really is, so that everything around it has
# enough of the cores.
TURN_SECONDS = 0.05
# Of each machine: its assistant is never idle, and nobody waits for longer than he likes.
AT_ONCE = 12


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
        return await _turns(workshop, on, some(workshop.messages, count), AT_ONCE * machines)


async def _turns(workshop: Workshop, on: Stage, messages: Sequence[Message], at_once: int) -> Run:
    """So many people are waiting at any time; how fast are they answered?"""
    await warm_up(on.url, on.platform, workshop.wording)
    meter = on.meter()
    talks = [[message] for message in messages]
    async with by_telegram(talks, on.url, on.platform, workshop.wording, at_once) as conversations:
        taken = await conversations.hold()
    details = {"answered": len(taken.moments), "of": len(talks), "spent": to_builtins(meter.read())}
    return Run(turns=steady_rate(taken.moments), details=details)
