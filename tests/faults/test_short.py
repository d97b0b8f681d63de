"""The short version of `make faults`: real processes, a stand-in for Rasa, half a minute each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.installation import Shape
from tests.faults.report import report
from tests.faults.run import Plan, run

# Starting a process takes a second or two, and ten on a machine that has much else to do.
pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(240)]

ALONE = {
    "SQLite has used up its quota",
    "Rasa is killed",
    "Telegram answers 500",
    "Telegram delivers out of order",
    "gateway is killed",
    "gateway loses its answers",
}
TOGETHER = {
    "PostgreSQL is killed",
    "Redis is killed",
    "Rasa is stopped",
    "Telegram answers 429",
    "Telegram delivers twice",
    "gateway hangs",
    "worker 1 is killed",
    "worker 2 is cut off",
    "worker 2 has a clock that is ahead",
}


@pytest.mark.parametrize(
    ("shape", "faults"),
    [
        (Shape(name="one process on SQLite"), ALONE),
        (
            Shape(name="two workers on PostgreSQL with Redis", postgres=True, redis=True, workers=2),
            TOGETHER,
        ),
    ],
    ids=["sqlite", "postgres"],
)
async def test_nothing_is_lost_doubled_or_forgotten_whatever_breaks(
    tmp_path: Path, shape: Shape, faults: set[str]
) -> None:
    plan = Plan(
        shape=shape,
        seed=7,
        rate=3.0,
        brief=True,
        wanted=lambda fault: fault.name in faults,
    )
    outcome = await run(plan, tmp_path / "run", print)
    assert outcome.is_well, report(outcome, "make faults")
