"""Turns a second: the whole product, a stock Rasa project, and the chosen model in process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, to_builtins

from bench.harness.alone import turns_inside
from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message, conversations, some
from bench.harness.meter import Meter, Spent
from bench.harness.spread import described, steady_rate
from bench.harness.stage import stage, whole
from bench.harness.stock import served, stock_model
from bench.harness.talk import Taken, converse_by_rest, converse_by_telegram, greet, warm_up
from bench.harness.workshop import Workshop

NAME = "turns"
# Enough that every core has something to do, few enough that nobody waits to be acknowledged first.
AT_ONCE = 20
_STOCK_AT_ONCE = 20

Talks = Sequence[Sequence[Message]]


class Rate(Struct, frozen=True, kw_only=True):
    """Turns a second, and all that was noted with it."""

    turns: float
    details: dict[str, Any]


async def measure(workshop: Workshop) -> Measured:
    """All three with the same messages in the same order."""
    model = await stock_model(workshop)
    messages = some(workshop.messages, workshop.pick(1000, 120))
    talks = conversations(messages)
    fewer = conversations(messages[: workshop.pick(500, 60)])
    workshop.say("turns: the product ...")
    ours = await _of_product(workshop, talks)
    workshop.say(f"turns: {ours.turns:.1f} a second; the model in process ...")
    inside = await _in_process(workshop, talks)
    workshop.say(f"turns: {inside.turns:.1f} a second; the stock project ...")
    with workshop.folder("turns-stock") as folder:
        async with served(model, folder) as stock:
            await greet(stock.url)
            theirs = await _measured_by_rest(stock.url, Meter(stock.processes.all), fewer)
    workshop.say(f"turns: {theirs.turns:.1f} a second")
    return Measured(
        name=NAME,
        figures=figures(ours.turns, theirs.turns, inside.turns),
        details={"product": ours.details, "in process": inside.details, "stock": theirs.details},
    )


def figures(ours: float, stock: float, inside: float) -> tuple[Figure, ...]:
    """What is asked of turns a second."""
    return (
        Figure(
            what="Turns a second through the whole product, against a stock Rasa project",
            value=ours / stock,
            target=3.0,
            absolute=f"{ours:.1f} against {stock:.1f} turns/s",
        ),
        Figure(
            what="Turns a second through the whole product, against the chosen model in process",
            value=ours / inside,
            target=0.9,
            absolute=f"{ours:.1f} against {inside:.1f} turns/s",
        ),
    )


async def _of_product(workshop: Workshop, talks: Talks) -> Rate:
    async with stage(workshop, "turns-product", whole(workshop)) as on:
        await warm_up(on.url, on.platform, workshop.wording)
        meter = on.meter()
        taken = await converse_by_telegram(talks, on.url, on.platform, workshop.wording, AT_ONCE)
        return _rate(taken, meter.read())


async def _measured_by_rest(url: str, meter: Meter, talks: Talks) -> Rate:
    return _rate(await converse_by_rest(talks, url, _STOCK_AT_ONCE), meter.read())


async def _in_process(workshop: Workshop, talks: Talks) -> Rate:
    with workshop.folder("turns-inside") as folder:
        seconds = await turns_inside(workshop.options.model, talks, folder)
        return Rate(turns=len(seconds) / sum(seconds), details={"turn_ms": described(seconds)})


def _rate(taken: Taken, spent: Spent) -> Rate:
    return Rate(
        turns=steady_rate(taken.moments),
        details={
            "answer_ms": described(taken.seconds),
            "unanswered": taken.unanswered,
            "handed_over": taken.handed_over,
            "spent": to_builtins(spent),
        },
    )
