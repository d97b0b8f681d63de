"""The first response while people write at a steady rate, against a bare call of the model.

The bare call is the same model in a stock Rasa server, asked over its REST channel: what somebody
would have who put the model on the network with nothing around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from bench.harness.figures import Figure, Measured
from bench.harness.messages import Message, some
from bench.harness.meter import Meter
from bench.harness.platform import Platform
from bench.harness.spread import described, median, percentile
from bench.harness.stage import eventually, stage, whole
from bench.harness.stock import Rest, served
from bench.harness.streams import Letters, Posted, arrivals, client, open_stream, undisturbed
from bench.harness.talk import greet, warm_up
from bench.harness.workshop import Workshop

NAME = "response"
PER_SECOND = 20.0
_PATIENCE = 30.0


async def measure(workshop: Workshop) -> Measured:
    """Both under the same stream; everybody writes once."""
    messages = some(workshop.messages, workshop.pick(1200, 100))
    moments = arrivals(len(messages), PER_SECOND, workshop.options.seed)
    workshop.say(f"response: {len(messages)} messages to the product ...")
    ours, details = await _of_product(workshop, messages, moments)
    workshop.say(f"response: median {1000 * median(ours):.0f} ms; to the bare model ...")
    bare, bare_details = await _of_model(workshop, messages, moments)
    return Measured(
        name=NAME,
        figures=figures(ours, bare),
        details={"product": details, "bare model": bare_details},
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


async def _of_product(
    workshop: Workshop, messages: Sequence[Message], moments: Sequence[float]
) -> tuple[list[float], dict[str, Any]]:
    async with stage(workshop, "response-product", whole(workshop)) as on, client(on.platform.headers) as web:
        letters = [on.platform.write(person, message) for person, message in enumerate(messages)]
        chats = [letter.chat for letter in letters]
        await warm_up(on.url, on.platform, workshop.wording)
        async with undisturbed():
            meter = on.meter()
            posted = await open_stream(moments, Letters(web, on.url, letters).post)
            await eventually(lambda: all(on.platform.heard[chat] for chat in chats), _PATIENCE)
            spent = meter.read()
        seconds = first_responses(posted, chats, on.platform)
        firsts = [on.platform.heard[chat][0].text for chat in chats if on.platform.heard[chat]]
        details = {
            "first_response_ms": described(seconds),
            "webhook_ms": described([it.seconds for it in posted]),
            "refused": sum(it.status != 200 for it in posted),
            "without_response": len(messages) - len(seconds),
            "acknowledged_first": sum(map(workshop.wording.acknowledges, firsts)),
            "spent": to_builtins(spent),
        }
        return seconds, details


async def _of_model(
    workshop: Workshop, messages: Sequence[Message], moments: Sequence[float]
) -> tuple[list[float], dict[str, Any]]:
    with workshop.folder("response-model") as folder:
        async with served(workshop.options.model, folder) as stock, client() as web, undisturbed():
            await greet(stock.url)
            rest, meter = Rest(web, stock.url), Meter(stock.processes.all)
            posted = await open_stream(moments, lambda n: rest.say(str(n), messages[n].text))
            details = {
                "answer_ms": described([it.seconds for it in posted]),
                "refused": sum(it.status != 200 for it in posted),
                "spent": to_builtins(meter.read()),
            }
            return [it.seconds for it in posted], details
