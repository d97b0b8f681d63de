"""A burst: 2,000 messages in 10 seconds from 1,000 people."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from bench.harness.bareserver import bare_server
from bench.harness.figures import Figure, Measured
from bench.harness.ledger import Ledger, is_settled, reconcile
from bench.harness.messages import LANGUAGES, Message
from bench.harness.meter import Meter
from bench.harness.platform import Letter, Platform
from bench.harness.processes import processes
from bench.harness.promptness import Promptness, promptness
from bench.harness.spread import described, median, percentile, share
from bench.harness.stage import Stage, stage, whole
from bench.harness.stock import Rest, served, stock_model
from bench.harness.streams import Letters, Posted, arrivals, client, open_stream, undisturbed
from bench.harness.talk import greet, warm_up
from bench.harness.workshop import Workshop

NAME = "burst"
SECONDS = 10.0
PROMPT = 1.0
# A moment in which the machine is busy with something else makes the slowest of the bare handler's few
# milliseconds several times as long: the middling one of so many streams counts.
_ROUNDS = 3
# How long the product has to answer everybody, and how long people wait for a stock Rasa.
_PATIENCE = 300.0

Burst = Sequence[tuple[int, Message]]
Json = dict[str, Any]


async def measure(workshop: Workshop) -> Measured:
    """The product, the bare handler and a stock Rasa project under the same stream."""
    model = await stock_model(workshop)
    said = burst(workshop, workshop.pick(2000, 100), workshop.pick(1000, 50))
    moments = arrivals(len(said), len(said) / SECONDS, workshop.options.seed)
    workshop.say(f"burst: {len(said)} messages to the bare handler, {_ROUNDS} times ...")
    bare = [await _of_bare_handler(workshop, said, moments) for _ in range(_ROUNDS)]
    workshop.say("burst: to the product ...")
    async with stage(workshop, "burst-product", whole(workshop)) as on:
        ours = await _of_product(workshop, on, said, moments)
    workshop.say("burst: to the stock project ...")
    stock = await _of_stock(workshop, model, said, moments)
    return Measured(
        name=NAME,
        figures=(*_figures(ours, bare), _beside(stock)),
        details={"product": _told(ours), "bare handler": bare, "stock": stock},
    )


def burst(workshop: Workshop, count: int, people: int) -> list[tuple[int, Message]]:
    """Who writes what: everybody in his language, some more often than others."""
    chance = random.Random(workshop.options.seed)  # noqa: S311 - can be repeated, no secret
    by_language = {it: [m for m in workshop.messages if m.language == it] for it in LANGUAGES}
    writers = [*range(people), *chance.choices(range(people), k=count - people)]
    chance.shuffle(writers)
    return [(it, chance.choice(by_language[LANGUAGES[it % len(LANGUAGES)]])) for it in writers]


class Outcome:
    """What came of the burst on the product."""

    def __init__(
        self, posted: Sequence[Posted], greeted: int, prompt: Promptness, ledger: Ledger, details: Json
    ) -> None:
        self.posted = posted
        self.prompt = prompt
        self.ledger = ledger
        self.details = details
        self.accepted = sum(it.status == 200 for it in posted)
        # The ledger knows no difference between the burst and the greetings before it.
        self.served = ledger.handled - ledger.without_outcome - greeted
        self.lost = ledger.lost(self.accepted + greeted)


async def _of_product(workshop: Workshop, on: Stage, said: Burst, moments: Sequence[float]) -> Outcome:
    letters = _letters(said, on.platform)
    greeted = await warm_up(on.url, on.platform, workshop.wording)
    async with client(on.platform.headers) as web, undisturbed():
        meter = on.meter()
        posted = await open_stream(moments, Letters(web, on.url, letters).post)
        meanwhile = meter.read()
        settled = await _settled(on, greeted + sum(it.status == 200 for it in posted))
        spent = meter.read()
    prompt = promptness(posted, [letter.chat for letter in letters], on.platform.heard, workshop.wording)
    details = {
        "settled": settled,
        "seconds_until_settled": spent.seconds,
        "refused_by_platform": on.platform.refusals,
        "spent_during_the_burst": to_builtins(meanwhile),
        "spent_until_settled": to_builtins(spent),
    }
    return Outcome(posted, greeted, prompt, reconcile(on.product.database_url, on.platform.heard), details)


async def _settled(on: Stage, accepted: int) -> bool:
    """Wait until everything accepted is handled and everything to send is sent."""
    until = time.perf_counter() + _PATIENCE
    while not (settled := await asyncio.to_thread(is_settled, on.product.database_url, accepted)):
        if time.perf_counter() > until:
            break
        # Looking costs the database something too: not too often.
        await asyncio.sleep(1.0)
    return settled


async def _of_bare_handler(workshop: Workshop, said: Burst, moments: Sequence[float]) -> Json:
    with workshop.folder("burst-bare") as folder:
        async with processes(folder) as started, Platform() as platform:
            process, url = await bare_server(
                started, workshop.options.edge_python, f"sqlite:///{folder / 'bare.db'}"
            )
            letters = _letters(said, platform)
            async with client(platform.headers) as web, undisturbed():
                meter = Meter([process])
                posted = await open_stream(moments, Letters(web, url, letters).post)
                return _webhook(posted) | {"spent": to_builtins(meter.read())}


async def _of_stock(workshop: Workshop, model: Path, said: Burst, moments: Sequence[float]) -> Json:
    with workshop.folder("burst-stock") as folder:
        async with (
            served(model, folder) as stock,
            client(patience=_PATIENCE, connections=0) as web,
            undisturbed(),
        ):
            await greet(stock.url)
            rest, meter = Rest(web, stock.url), Meter(stock.processes.all)
            posted = await open_stream(moments, lambda n: rest.say(str(said[n][0]), said[n][1].text))
            answered = [it.seconds for it in posted if it.status == 200]
            return {
                "answer_ms": described(answered),
                "unanswered": len(posted) - len(answered),
                "within_a_second": share(sum(it <= PROMPT for it in answered), len(posted)),
                "spent": to_builtins(meter.read()),
            }


def _letters(said: Burst, platform: Platform) -> list[Letter]:
    return [platform.write(person, message) for person, message in said]


def _webhook(posted: Sequence[Posted]) -> Json:
    seconds = [it.seconds for it in posted]
    return {"webhook_ms": described(seconds), "refused": sum(it.status != 200 for it in posted)}


def _figures(ours: Outcome, bare: Sequence[Json]) -> tuple[Figure, ...]:
    p99 = 1000 * percentile([it.seconds for it in ours.posted], 0.99)
    bare_p99 = median([it["webhook_ms"]["p99"] for it in bare])
    doubled = ours.ledger.doubled
    return (
        Figure(
            what=f"Burst of {len(ours.posted)} messages in {SECONDS:g} s: accepted",
            value=share(ours.accepted, len(ours.posted)),
            unit="%",
            target=100.0,
            absolute=f"{ours.accepted} of {len(ours.posted)}",
        ),
        Figure(
            what="Burst: the webhook's 99th percentile, against that of a bare handler under the same stream",
            value=p99 / bare_p99,
            target=5.0,
            at_least=False,
            absolute=f"{p99:.1f} against {bare_p99:.1f} ms",
        ),
        Figure(
            what="Burst: acknowledged within 1 s of arrival",
            value=share(ours.prompt.in_time(PROMPT), ours.prompt.owed),
            unit="%",
            target=99.0,
            absolute=ours.prompt.told(),
        ),
        Figure(
            what="Burst: answered or handed over",
            value=share(ours.served, ours.accepted),
            unit="%",
            target=100.0,
            absolute=f"{ours.served} of {ours.accepted}, "
            f"the last after {ours.details['seconds_until_settled']:.0f} s",
        ),
        Figure(
            what="Burst: lost or doubled",
            value=float(ours.lost + doubled),
            unit="",
            target=0.0,
            at_least=False,
            absolute=f"{ours.lost} lost, {doubled} doubled; {ours.ledger.sent} texts sent",
        ),
    )


def _beside(stock: Json) -> Figure:
    times = stock["answer_ms"]
    return Figure(
        what="Beside it, stock Rasa on the same burst: answered within 1 s of arrival",
        value=stock["within_a_second"],
        unit="%",
        absolute=f"median {times.get('median', 0) / 1000:.1f} s, the last after "
        f"{times.get('most', 0) / 1000:.1f} s, {stock['unanswered']} unanswered",
    )


def _told(ours: Outcome) -> Json:
    return (
        _webhook(ours.posted)
        | {"acknowledgement_ms": described(ours.prompt.seconds), "promptness": to_builtins(ours.prompt)}
        | {"ledger": to_builtins(ours.ledger)}
        | ours.details
    )
