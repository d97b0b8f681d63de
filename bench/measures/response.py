"""The first response while people write at a steady rate, against a bare call of the model.

The bare call is the same model in a stock Rasa server, asked over its REST channel: what somebody
would have who put the model on the network with nothing around it. The two take turns at some
seconds each, so that what else the machine does slows both alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from msgspec import Struct, to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message, some
from bench.harness.meter import Meter, Spent
from bench.harness.platform import Platform
from bench.harness.rounds import alternately
from bench.harness.spread import described, median, percentile
from bench.harness.stage import Stage, eventually, stage, whole
from bench.harness.stock import Rest, served
from bench.harness.streams import Letters, Post, Posted, arrivals, client, open_stream, undisturbed
from bench.harness.talk import greet, warm_up
from bench.harness.workshop import Workshop

NAME = "response"
PER_SECOND = 20.0
_PATIENCE = 30.0


class Slice(Struct, frozen=True, kw_only=True):
    """Some seconds of messages: their numbers, and when each arrives, in seconds from the start."""

    numbers: range
    moments: list[float]


class Stream:
    """A stream in slices, and what came of it.

    `heard` tells whether everybody whose message has one of these numbers has got a response.
    """

    def __init__(
        self,
        slices: Sequence[Slice],
        post: Post,
        heard: Callable[[range], bool],
        meter: Callable[[], Meter],
    ) -> None:
        self._left = iter(slices)
        self._post = post
        self._heard = heard
        self._meter = meter
        self.posted: list[Posted] = []
        self.spent: list[Spent] = []

    async def take(self) -> None:
        """Post the next slice and wait for the responses."""
        numbers, moments = (it := next(self._left)).numbers, it.moments
        async with undisturbed():
            meter = self._meter()
            self.posted += await open_stream(moments, lambda place: self._post(numbers[place]))
            await eventually(lambda: self._heard(numbers), _PATIENCE)
            self.spent.append(meter.read())

    def details(self) -> dict[str, Any]:
        """What is noted of both."""
        return {
            "refused": sum(it.status != 200 for it in self.posted),
            "spent": to_builtins(self.spent),
        }


async def measure(workshop: Workshop) -> Measured:
    """Both under the same stream; everybody writes once."""
    rounds, seconds = workshop.pick(6, 2), workshop.pick(10, 3)
    slices = _slices(rounds, int(seconds * PER_SECOND), workshop.options.seed)
    messages = some(workshop.messages, slices[-1].numbers.stop)
    workshop.say("response: the product and the bare model start ...")
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(stage(workshop, "response-product", whole(workshop)))
        ours, chats = await _product(stack, workshop, on, messages, slices)
        bare = await _model(stack, workshop, messages, slices)
        workshop.say(f"response: {rounds} rounds of {seconds} s each ...")
        await alternately(rounds, ours.take, bare.take)
    of_product = first_responses(ours.posted, chats, on.platform)
    of_model = [it.seconds for it in bare.posted]
    firsts = [on.platform.heard[chat][0].text for chat in chats if on.platform.heard[chat]]
    return Measured(
        name=NAME,
        figures=figures(of_product, of_model),
        details={
            "product": {
                "first_response_ms": described(of_product),
                "webhook_ms": described([it.seconds for it in ours.posted]),
                "without_response": len(chats) - len(of_product),
                "acknowledged_first": sum(map(workshop.wording.acknowledges, firsts)),
                **ours.details(),
            },
            "bare model": {"answer_ms": described(of_model), **bare.details()},
        },
    )


def figures(ours: Sequence[float], bare: Sequence[float]) -> tuple[Figure, ...]:
    """What is asked of first responses, in seconds."""
    return (
        _figure("median", median(ours), median(bare), 1.3),
        _figure("99th percentile", percentile(ours, 0.99), percentile(bare, 0.99), 2.0),
    )


def first_responses(posted: Sequence[Posted], chats: Sequence[int], platform: Platform) -> list[float]:
    """From when each message was due to the first text in its chat; those without one are left out."""
    pairs = zip(posted, chats, strict=True)
    return [platform.heard[chat][0].at - it.due for it, chat in pairs if platform.heard[chat]]


def _figure(which: str, ours: float, bare: float, target: float) -> Figure:
    return Figure(
        what=f"First response at {PER_SECOND:g} messages a second, {which}, against a bare call of the model",
        value=ours / bare,
        target=target,
        at_least=False,
        absolute=f"{1000 * ours:.0f} against {1000 * bare:.0f} ms",
    )


def _slices(rounds: int, each: int, seed: int) -> list[Slice]:
    """Every slice with arrivals of its own."""
    return [
        Slice(
            numbers=range(number * each, (number + 1) * each),
            moments=arrivals(each, PER_SECOND, seed + number),
        )
        for number in range(rounds)
    ]


async def _product(
    stack: AsyncExitStack, workshop: Workshop, on: Stage, messages: Sequence[Message], slices: Sequence[Slice]
) -> tuple[Stream, list[int]]:
    """The stream, and the chat of each message."""
    letters = [on.platform.write(person, message) for person, message in enumerate(messages)]
    chats = [letter.chat for letter in letters]
    await warm_up(on.url, on.platform, workshop.wording)
    web = await stack.enter_async_context(client(on.platform.headers))

    def heard(numbers: range) -> bool:
        return all(on.platform.heard[chats[number]] for number in numbers)

    return Stream(slices, Letters(web, on.url, letters).post, heard, on.meter), chats


async def _model(
    stack: AsyncExitStack, workshop: Workshop, messages: Sequence[Message], slices: Sequence[Slice]
) -> Stream:
    folder = stack.enter_context(workshop.folder("response-model"))
    stock = await stack.enter_async_context(served(workshop.options.model, folder))
    await greet(stock.url)
    rest = Rest(await stack.enter_async_context(client()), stock.url)

    async def post(number: int) -> int:
        return await rest.say(str(number), messages[number].text)

    return Stream(slices, post, lambda _: True, lambda: Meter(stock.processes.all))
