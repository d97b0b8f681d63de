"""One run: an installation, a crowd, agents, a storm, calm, and the reconciliation."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

from msgspec import Struct, structs
from sqlalchemy.exc import SQLAlchemyError

from bot.store.store import Store
from tests.faults import inside, ledger, outside
from tests.faults.agents import Agent, engage
from tests.faults.crowd import Crowd
from tests.faults.inside import Finding
from tests.faults.installation import CUSTOMERS, Installation, Shape
from tests.faults.ledger import Ledger
from tests.faults.outside import Seen
from tests.faults.storm import Storm, Struck
from tests.faults.talks import Heard
from tests.faults.transcripts import write_out
from tests.faults.trouble import Fault, faults_of

Say = Callable[[str], None]

# How long everything may take to come to rest after the last fault, in seconds: what waits longest
# by design is a message whose deliverer died, for the minute of its lease.
REST = 150.0
_BETWEEN_LOOKS = 0.5
_INSTANT, _LOOKS = 0.01, 300
_SHORT = (0.5, 2.0)


class Plan(Struct, frozen=True, kw_only=True):
    """What a run does; the same plan and seed do it again, as far as processes can repeat themselves.

    `seconds` is how long faults go on, `rate` the messages a second. Only faults for which
    `wanted` is true take place. In a `brief` run each does so once, and who sends is killed
    between two messages: what a dead process was about to send waits for the end of its lease,
    which is a minute.
    """

    shape: Shape
    seed: int
    seconds: float = 0
    rate: float
    brief: bool = False
    wanted: Callable[[Fault], bool] = lambda _: True

    @property
    def calm(self) -> float:
        """How long nothing happens before the first fault, and after the last, in seconds."""
        return 0.5 if self.brief else 2.0


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a run. `unfinished` is what was still to be done when patience ended."""

    plan: Plan
    struck: list[Struck]
    figures: dict[str, int]
    findings: list[Finding]
    unfinished: dict[str, int]
    deaths: dict[str, list[int]]
    rested_in: float
    logs: Path

    @property
    def is_well(self) -> bool:
        """Nothing lost, nothing doubled, nobody forgotten."""
        return not self.findings and not self.unfinished


async def run(plan: Plan, folder: Path, say: Say) -> Outcome:
    """Carry a plan out in an empty folder."""
    say(f"{plan.shape.name}: starting, seed {plan.seed}, logs in {folder / 'logs'}")
    async with Installation(plan.shape, folder) as installation:
        url = installation.url(CUSTOMERS)
        agent = await asyncio.to_thread(engage, installation.database_url, url, _chance(plan, "agent"))
        async with Crowd(installation, plan.seed, pause=1.0 if plan.brief else 4.0) as crowd:
            storm = await _weather(plan, installation, crowd, agent, say)
            say(f"{plan.shape.name}: {len(storm.struck)} faults over, waiting for rest")
            await crowd.finish()
            began = time.monotonic()
            left = await _rest(installation.database_url)
            rested_in = time.monotonic() - began
            await asyncio.sleep(plan.calm)
            await installation.stop()
            async with _store(installation.database_url) as store:
                found = await store.read(ledger.load)
            seen = _seen(plan.shape, crowd, agent)
        findings = [*_findings(seen, found), *_crashes(installation)]
        write_out(findings, found, installation.logs)
        return Outcome(
            plan=plan,
            struck=storm.struck,
            figures=_figures(crowd, seen, found),
            findings=findings,
            unfinished=left,
            deaths=installation.deaths(),
            rested_in=rested_in,
            logs=installation.logs,
        )


async def _weather(plan: Plan, installation: Installation, crowd: Crowd, agent: Agent, say: Say) -> Storm:
    """People write and are answered while the storm rages."""
    chance = _chance(plan, "storm")
    faults = [fault for fault in faults_of(installation, crowd, chance) if plan.wanted(fault)]
    if plan.brief:
        faults = [_gently(fault, installation.database_url) for fault in faults]
    storm = Storm(faults, chance, lambda: crowd.said)
    async with _going_on(crowd.keep_writing(plan.rate)), _going_on(agent.work()):
        say(f"{plan.shape.name}: running, {len(faults)} faults for {plan.seconds:.0f} s")
        await asyncio.sleep(plan.calm)
        await (storm.pass_by() if plan.brief else storm.rage(plan.seconds))
        await asyncio.sleep(plan.calm)
    return storm


def _gently(fault: Fault, database_url: str) -> Fault:
    """The same for a short time; a death between two messages, if there is such a moment."""

    async def between_messages() -> None:
        async with _store(database_url) as store:
            for _ in range(_LOOKS):
                with suppress(SQLAlchemyError):  # the database may be away just now
                    if not await store.read(ledger.under_way):
                        break
                await asyncio.sleep(_INSTANT)
        await fault.begin()

    begin = between_messages if fault.is_death else fault.begin
    return structs.replace(fault, begin=begin, seconds=min(fault.seconds, _SHORT))


@asynccontextmanager
async def _going_on(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()


async def _rest(database_url: str) -> dict[str, int]:
    """Wait until nothing is to be done, and jobs of the dead are done by the living.

    What is left when patience ends.
    """
    until = time.monotonic() + REST
    async with _store(database_url) as store:
        began = await store.read(ledger.jobs)
        while True:
            left = await store.read(ledger.unfinished)
            left |= {
                name: 1 for name, end in (await store.read(ledger.jobs)).items() if began.get(name) == end
            }
            if not left or time.monotonic() >= until:
                return left
            await asyncio.sleep(_BETWEEN_LOOKS)


@asynccontextmanager
async def _store(database_url: str) -> AsyncIterator[Store]:
    store = Store(database_url)
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)


def _findings(seen: Seen, found: Ledger) -> list[Finding]:
    alone = [finding for check in inside.CHECKS for finding in check(found)]
    return alone + [finding for check in outside.CHECKS for finding in check(seen, found)]


def _crashes(installation: Installation) -> Iterator[Finding]:
    """A process that ends by itself, as one that finds no database, is started again; a crash is a bug."""
    for name, codes in installation.deaths().items():
        for code in codes:
            if code < 0:
                words = f"{name} crashed: {signal.Signals(-code).name}"
                yield Finding(check="alive", conversation=None, words=words)


def _seen(shape: Shape, crowd: Crowd, agent: Agent) -> Seen:
    heard: dict[outside.Chat, list[Heard]] = {}
    for account, bot in crowd.bots.items():
        for message in bot.sent:
            chat = (account, str(message["chat"]["id"]))
            heard.setdefault(chat, []).append(Heard(str(message["message_id"]), message["text"]))
    return Seen(talks=crowd.talks, heard=heard, echoes=shape.model is None, answered=agent.answered)


def _figures(crowd: Crowd, seen: Seen, found: Ledger) -> dict[str, int]:
    deliveries = Counter(line.delivery for entry in found.entries for line in entry.ours)
    reasons = Counter(case.reason for case in found.cases)
    return {
        "conversations": len(found.entries),
        "messages said": crowd.said,
        "messages handled": sum(line.handled_at is not None for e in found.entries for line in e.customers),
        **{f"texts {name}": number for name, number in sorted(deliveries.items(), key=str)},
        "texts of agents": len(seen.answered),
        **{f"cases for {name}": number for name, number in sorted(reasons.items())},
        "set aside": found.set_aside,
    }


def _chance(plan: Plan, purpose: str) -> Random:
    return Random(f"{plan.seed}/{purpose}")  # noqa: S311 - to be repeated, not to be secret
