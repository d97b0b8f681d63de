"""Turns a second: the whole product, a stock Rasa project, and the chosen model in process.

All three take turns at some hundred messages each, so that what else the machine does slows all alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from bench.harness.alone import Inside, inside
from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message, conversations, some
from bench.harness.meter import Meter
from bench.harness.processes import Process
from bench.harness.rounds import alternately
from bench.harness.spread import described, median, steady_rate
from bench.harness.stage import stage, whole
from bench.harness.stock import served, stock_model
from bench.harness.talk import Conversations, by_rest, by_telegram, greet, warm_up
from bench.harness.workshop import Workshop

NAME = "turns"
# Enough that every core has something to do, few enough that nobody waits to be acknowledged first.
AT_ONCE = 12
# Humans take over conversations, of which the rest is then not said: more is written than is needed.
_SPARE = 2

Talks = Sequence[Sequence[Message]]


class Slice(Struct, frozen=True, kw_only=True):
    """Some hundred turns of one of the three: how many a second, and all that was noted with it."""

    rate: float
    details: dict[str, Any]


class Talked:
    """One of the servers that are talked to."""

    def __init__(self, talked: Conversations, processes: Sequence[Process], turns: int) -> None:
        self._talked = talked
        self._processes = processes
        self._turns = turns
        self.slices: list[Slice] = []

    async def take(self) -> None:
        """Say some hundred messages and note what came of it."""
        meter = Meter(self._processes)
        taken = await self._talked.hold(self._turns)
        details = {
            "answer_ms": described(taken.seconds),
            "unanswered": taken.unanswered,
            "handed_over": taken.handed_over,
            "spent": to_builtins(meter.read()),
        }
        self.slices.append(Slice(rate=steady_rate(taken.moments), details=details))


class Alone:
    """The model in process."""

    def __init__(self, model: Inside, turns: int) -> None:
        self._model = model
        self._turns = turns
        self.slices: list[Slice] = []

    async def take(self) -> None:
        """The same number of turns, one after the other."""
        meter = Meter([self._model.process])
        seconds = await self._model.take(self._turns)
        details = {"turn_ms": described(seconds), "spent": to_builtins(meter.read())}
        self.slices.append(Slice(rate=len(seconds) / sum(seconds), details=details))


async def measure(workshop: Workshop) -> Measured:
    """All three with the same messages in the same order."""
    model = await stock_model(workshop)
    rounds, turns = workshop.pick(7, 2), workshop.pick(200, 60)
    talks = conversations(some(workshop.messages, rounds * turns * _SPARE))
    workshop.say("turns: the product, the model in process and the stock project start ...")
    async with AsyncExitStack() as stack:
        ours = await _product(stack, workshop, talks, turns)
        alone = await _alone(stack, workshop, talks, turns)
        stock = await _stock(stack, workshop, model, talks, turns)
        workshop.say(f"turns: {rounds} rounds of {turns} each ...")
        await alternately(rounds, ours.take, alone.take, stock.take)
    return Measured(
        name=NAME,
        figures=figures(_rate(ours.slices), _rate(stock.slices), _rate(alone.slices)),
        details={
            "product": to_builtins(ours.slices),
            "in process": to_builtins(alone.slices),
            "stock": to_builtins(stock.slices),
        },
    )


def figures(ours: float, stock: float, alone: float) -> tuple[Figure, ...]:
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
            value=ours / alone,
            target=0.9,
            absolute=f"{ours:.1f} against {alone:.1f} turns/s",
        ),
    )


async def _product(stack: AsyncExitStack, workshop: Workshop, talks: Talks, turns: int) -> Talked:
    on = await stack.enter_async_context(stage(workshop, "turns-product", whole(workshop)))
    await warm_up(on.url, on.platform, workshop.wording)
    opened = by_telegram(talks, on.url, on.platform, workshop.wording, AT_ONCE)
    return Talked(await stack.enter_async_context(opened), on.product.processes.all, turns)


async def _alone(stack: AsyncExitStack, workshop: Workshop, talks: Talks, turns: int) -> Alone:
    folder = stack.enter_context(workshop.folder("turns-inside"))
    model = await stack.enter_async_context(inside(workshop.options.model, talks, folder))
    return Alone(model, turns)


async def _stock(stack: AsyncExitStack, workshop: Workshop, model: Path, talks: Talks, turns: int) -> Talked:
    folder = stack.enter_context(workshop.folder("turns-stock"))
    stock = await stack.enter_async_context(served(model, folder))
    await greet(stock.url)
    opened = by_rest(talks, stock.url, AT_ONCE)
    return Talked(await stack.enter_async_context(opened), stock.processes.all, turns)


def _rate(slices: Sequence[Slice]) -> float:
    """How many a second, in the middling slice."""
    return median([it.rate for it in slices])
