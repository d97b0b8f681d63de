from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from bot.store import leases
from bot.store.store import Store
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
LEASE = timedelta(seconds=15)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with closing(Store(database)) as built:
        yield built


def held(store: Store, holder: str, now: datetime = NOW) -> bool:
    return store.run_now(leases.hold, "job", holder, now=now, until=now + LEASE)


def test_one_holds_a_job_and_keeps_it(store: Store) -> None:
    assert [held(store, holder) for holder in "aba"] == [True, False, True]


def test_jobs_of_other_names_are_free(store: Store) -> None:
    assert held(store, "a")
    assert store.run_now(leases.hold, "other", "b", now=NOW, until=NOW + LEASE)


def test_a_lease_that_is_over_goes_to_another_and_does_not_come_back(store: Store) -> None:
    assert held(store, "a")
    later = NOW + LEASE + timedelta(seconds=1)
    assert [held(store, holder, later) for holder in "ba"] == [True, False]


def test_who_lets_go_lets_another_in_at_once(store: Store) -> None:
    assert held(store, "a")
    store.run_now(leases.let_go, "job", "b")
    assert not held(store, "b")
    store.run_now(leases.let_go, "job", "a")
    assert held(store, "b")


def test_a_clock_that_was_set_back_does_not_keep_a_job_from_everybody(store: Store) -> None:
    assert held(store, "a")
    assert not held(store, "b", NOW - timedelta(seconds=30))
    assert held(store, "b", NOW - timedelta(hours=1))
