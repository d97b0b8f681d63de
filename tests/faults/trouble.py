"""The faults: each begins, lasts for a while, and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from random import Random

from msgspec import Struct

from tests.fakes.telegram import Answer, Drop, FakeBot, Hang
from tests.fakes.telegram.faults import Fault as PlatformFault
from tests.faults.crowd import Crowd
from tests.faults.disk import Ballast, limit_files
from tests.faults.installation import POSTED, RASA, TELEGRAM, Installation
from tests.faults.parts import Part, Process
from tests.faults.wire import State

Step = Callable[[], Awaitable[None]]
Span = tuple[float, float]

BRIEF: Span = (1.0, 5.0)
# Longer than the lease of a conversation: somebody else takes the turn.
LONG: Span = (17.0, 21.0)
# In seconds, both ways: a correction, a wrong setting, summer time.
MOVES = (-3600, -90, -5, 5, 90, 3600)
_MANY = 1000
_OFTEN = 0.15

# What the platform does to what is sent to it, and how often: what hangs or is lost goes to a
# human, which would leave the bot few conversations.
ANSWERS: dict[str, tuple[PlatformFault, int]] = {
    "answers 429": (Answer(429, retry_after=2), _MANY),
    "answers 500": (Answer(500), _MANY),
    "answers 502 by a proxy": (Answer(502, page="<h1>Bad Gateway</h1>"), 3),
    "never answers, and does it": (Hang(), 3),
    "hangs up before": (Drop(), 3),
    "hangs up after": (Drop(after=True), 3),
}


class Fault(Struct, frozen=True, kw_only=True):
    """What is done to `part`, for so many seconds; `is_death` of one who sends messages."""

    part: str
    what: str
    begin: Step
    end: Step
    seconds: Span = BRIEF
    is_death: bool = False

    @property
    def name(self) -> str:
        """Both in words."""
        return f"{self.part} {self.what}"


def faults_of(installation: Installation, crowd: Crowd, chance: Random) -> list[Fault]:
    """Every fault that this installation can meet."""
    return [
        *_deaths(installation),
        *_cuts(installation),
        *_moved_clocks(installation, chance),
        *_platform(installation, crowd.bots[POSTED], chance),
        *_poll(installation),
        *_full_disks(installation),
    ]


def _deaths(installation: Installation) -> Iterator[Fault]:
    for name, part in installation.parts.items():
        yield Fault(
            part=name,
            what="is killed",
            begin=part.kill,
            end=part.revive,
            seconds=(0.0, 0.0),
            is_death=name in installation.workers,
        )
        yield _stop(part, "is stopped", BRIEF)
        if name in installation.workers:
            yield _stop(part, "is stopped for longer than its leases", LONG)


def _stop(part: Part, what: str, seconds: Span) -> Fault:
    return Fault(part=part.name, what=what, begin=_step(part.pause), end=_step(part.go_on), seconds=seconds)


def _cuts(installation: Installation) -> Iterator[Fault]:
    ways: dict[str, State] = {
        "is slow": "slow",
        "is cut off": "refused",
        "hangs": "held",
        "loses its answers": "deaf",
    }
    for name in (*installation.parts, TELEGRAM):
        for what, state in ways.items():
            yield Fault(
                part=name,
                what=what,
                begin=partial(_set_wires, installation, name, state),
                end=partial(_set_wires, installation, name, "open"),
            )


async def _set_wires(installation: Installation, name: str, state: State) -> None:
    await asyncio.gather(*(wire.set(state) for wire in installation.wires_of(name)))


def _moved_clocks(installation: Installation, chance: Random) -> Iterator[Fault]:
    groups = {"every process": installation.ours}
    if installation.shape.postgres:  # else all are on one machine, which has one clock
        groups |= {name: [name] for name in installation.ours}
    for who, names in groups.items():
        for moves, where in ((MOVES[3:], "ahead"), (MOVES[:3], "behind")):

            async def move(names: list[str] = names, moves: tuple[int, ...] = moves) -> None:
                ahead = chance.choice(moves)
                for name in names:
                    installation.clocks[name].set(ahead)

            async def put_right(names: list[str] = names) -> None:
                for name in names:
                    installation.clocks[name].set(0)

            yield Fault(
                part=who, what=f"has a clock that is {where}", begin=move, end=put_right, seconds=(3.0, 8.0)
            )


def _platform(installation: Installation, bot: FakeBot, chance: Random) -> Iterator[Fault]:
    for what, (fault, times) in ANSWERS.items():
        yield _answering(installation, "sendMessage", what, fault, times)
    updates = bot.updates
    yield Fault(
        part=TELEGRAM,
        what="delivers out of order",
        begin=_step(updates.hold),
        end=_step(partial(updates.release, lambda held: chance.sample(held, len(held)))),
    )
    again = Repeating(updates.repeat)
    yield Fault(part=TELEGRAM, what="delivers twice", begin=again.begin, end=again.end)
    late = Late(bot)
    yield Fault(part=TELEGRAM, what="delivers again late", begin=late.begin, end=late.end, seconds=(5.0, 9.0))


def _poll(installation: Installation) -> Iterator[Fault]:
    answers: dict[str, PlatformFault] = {
        "fails when asked for updates": Answer(500),
        "loses updates asked for": Drop(after=True),
    }
    for what, fault in answers.items():
        yield _answering(installation, "getUpdates", what, fault, 2)


def _answering(installation: Installation, method: str, what: str, fault: PlatformFault, times: int) -> Fault:
    faults = installation.api.faults
    return Fault(
        part=TELEGRAM,
        what=what,
        begin=_step(partial(faults.next, method, fault, times)),
        end=_step(partial(faults.clear, method)),
    )


def _full_disks(installation: Installation) -> Iterator[Fault]:
    if installation.store_file is None:
        return
    ours = [part for part in installation.parts.values() if isinstance(part, Process) and part.name != RASA]

    async def limit(is_on: bool) -> None:
        for part in ours:
            limit_files(part.pid, is_on)

    yield Fault(
        part="SQLite",
        what="has used up its quota",
        begin=partial(limit, True),
        end=partial(limit, False),
    )
    if installation.small_disk:
        ballast = Ballast(installation.small_disk)
        yield Fault(
            part="SQLite",
            what="finds the disk full",
            begin=_step(ballast.load),
            end=_step(ballast.drop),
            seconds=(8.0, 12.0),
        )


class Repeating:
    """Does something again and again between `begin` and `end`."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.create_task(self._repeat())

    async def end(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _repeat(self) -> None:
        while True:
            self._act()
            await asyncio.sleep(_OFTEN)


class Late:
    """Remembers the latest update, and delivers it again at the end."""

    def __init__(self, bot: FakeBot) -> None:
        self._updates = bot.updates
        self._kept = bot.updates.latest

    async def begin(self) -> None:
        self._kept = self._updates.latest

    async def end(self) -> None:
        if self._kept:
            self._updates.put(self._kept)


def _step(act: Callable[[], object]) -> Step:
    async def step() -> None:
        act()

    return step
