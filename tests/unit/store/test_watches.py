from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.store import watches
from bot.store.housekeeping import KEPT
from bot.store.store import Store
from bot.store.tables import received
from bot.store.watches import FURTHEST, OVERLAP, Watch
from tests.fakes.clock import FakeClock

NOON = FakeClock()()
MAIN, OTHER = ("fake", "main"), ("fake", "other")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as built:
        yield built


def begins(store: Store, now: datetime) -> datetime | None:
    return store.run_now(watches.begin_look, MAIN, now)


def ends(store: Store, began: datetime | None, now: datetime, missed: int = 0) -> None:
    store.run_now(watches.end_look, MAIN, began=began, missed=missed, now=now)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_what_was_before_the_first_look_is_not_ours(store: Store) -> None:
    assert begins(store, NOON) is None
    assert begins(store, NOON + hours(0.2)) == NOON


def test_a_look_begins_a_while_before_the_last_one_that_was_completed(store: Store) -> None:
    begins(store, NOON)
    ends(store, NOON + hours(5), NOON + hours(5))
    ends(store, None, NOON + hours(6))
    assert begins(store, NOON + hours(7)) == NOON + hours(5) - OVERLAP


def test_no_look_goes_back_further_than_platforms_tell(store: Store) -> None:
    begins(store, NOON)
    assert begins(store, NOON + hours(100)) == NOON + hours(100) - FURTHEST


def test_a_clock_that_was_set_back_hides_nothing(store: Store) -> None:
    begins(store, NOON - hours(20))
    ends(store, NOON + hours(2), NOON + hours(2))
    assert begins(store, NOON) == NOON - OVERLAP


def test_what_had_been_missed_stays_known_until_something_else_was(store: Store) -> None:
    begins(store, NOON)
    ends(store, NOON, NOON, missed=3)
    ends(store, NOON + hours(1), NOON + hours(1))
    watch = store.run_now(watches.everything)[MAIN]
    assert (watch.missed, watch.missed_at) == (3, NOON)


def test_ids_of_events_are_kept_for_longer_than_any_look_goes_back() -> None:
    (kept,) = (each for each in KEPT if each.table is received)
    assert kept.time > FURTHEST + OVERLAP + timedelta(days=7)


def test_silence_is_written_down_and_ends(store: Store) -> None:
    for account in (MAIN, OTHER):
        store.run_now(watches.hear, account, first=NOON, last=NOON)
    known = store.run_now(watches.everything)
    assert store.run_now(watches.fall_silent, [known[MAIN]])
    assert [each.silent_since for each in silent(store)] == [NOON]
    assert not store.run_now(watches.fall_silent, [known[MAIN]])
    assert store.run_now(watches.fall_silent, [known[OTHER]])
    assert [each.key for each in silent(store)] == [OTHER]
    assert store.run_now(watches.fall_silent, [])
    assert silent(store) == []


def silent(store: Store) -> list[Watch]:
    return store.run_now(watches.silent)
