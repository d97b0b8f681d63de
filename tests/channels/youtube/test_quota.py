"""The day's units are shared out, and begin anew with the Pacific coast's day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.channels.youtube.quota import Quota, UsedUp, next_reset
from tests.fakes.clock import FakeClock


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+00:00")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        (utc("2026-11-21T12:00:00"), utc("2026-11-22T08:00:00")),
        (utc("2026-07-01T12:00:00"), utc("2026-07-02T07:00:00")),
        (utc("2026-11-22T07:59:59"), utc("2026-11-22T08:00:00")),
        (utc("2026-11-22T08:00:00"), utc("2026-11-23T08:00:00")),
        # The days on which clocks change have 23 and 25 hours there.
        (utc("2026-03-08T08:00:00"), utc("2026-03-09T07:00:00")),
        (utc("2026-11-01T07:00:00"), utc("2026-11-02T08:00:00")),
    ],
)
def test_units_begin_anew_at_midnight_of_the_pacific_coast(now: datetime, reset: datetime) -> None:
    assert next_reset(now) == reset


def test_nothing_is_asked_after_a_refusal_until_the_reset(clock: FakeClock) -> None:
    quota = Quota(10_000, clock)
    quota.mind()
    assert quota.refused().retry_after == timedelta(hours=20).total_seconds()
    clock.forward(hours=19, minutes=59)
    with pytest.raises(UsedUp) as caught:
        quota.mind()
    assert caught.value.retry_after == 60
    clock.forward(minutes=1)
    quota.mind()


def test_clock_that_is_fast_costs_no_day(clock: FakeClock) -> None:
    quota = Quota(10_000, clock)
    clock.time = utc("2026-11-22T08:00:01")
    assert quota.refused().retry_after == 599
    clock.forward(minutes=11)
    assert (quota.refused().retry_after or 0) > 80_000


def test_answers_leave_a_part_for_looking(clock: FakeClock) -> None:
    quota = Quota(10_000, clock)
    for _ in range(140):
        quota.mind_answers()
        quota.answered(50)
    with pytest.raises(UsedUp) as caught:
        quota.mind_answers()
    assert caught.value.retry_after == 20 * 3600
    quota.mind()
    clock.forward(hours=20)
    quota.mind_answers()


def test_looking_all_day_takes_its_part_and_no_more(clock: FakeClock) -> None:
    quota, units = Quota(10_000, clock), 0
    end = clock() + timedelta(days=1)
    while clock() < end:
        units += 1
        quota.looked(1)
        clock.forward(seconds=quota.rest())
    assert 2_990 <= units <= 3_001


def test_large_look_is_made_up_for_by_longer_rests(clock: FakeClock) -> None:
    quota = Quota(10_000, clock)
    quota.looked(100)
    looks = 0
    while (rest := quota.rest()) == 300:
        clock.forward(seconds=rest)
        quota.looked(1)
        looks += 1
    assert 9 <= looks <= 12
    assert 28 <= rest < 300
