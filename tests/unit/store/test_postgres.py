"""PostgreSQL that goes away, comes back, or is kept busy by others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from bot.errors import SettingsError
from bot.store import postgres as module
from bot.store.jobs import Job
from bot.store.store import Store
from bot.store.tables import leases
from tests import servers
from tests.fakes.clock import FakeClock

pytestmark = [pytest.mark.servers, pytest.mark.timeout(30)]

NOW = FakeClock()()
# Nobody waits for a test that was given up.
PATIENCE = 10.0


@pytest.fixture
def store(postgres: servers.Postgres) -> Iterator[Store]:
    with postgres.fresh() as url, closing(Store(url)) as built:
        yield built


@pytest.fixture(scope="module")
def mortal() -> Iterator[servers.Postgres]:
    """A server of our own, to be killed."""
    with servers.postgres() as server:
        yield server


def write(connection: Connection, name: str) -> None:
    connection.execute(insert(leases).values(name=name, holder="x", until=NOW))


def count(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(leases)).scalar_one()
    return number


def touch(connection: Connection, name: str) -> None:
    connection.execute(update(leases).where(leases.c.name == name).values(holder="y"))


def short(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """Let a limit be a fifth of a second."""
    monkeypatch.setitem(module.WRITING, limit, 200)
    monkeypatch.setattr(module, "RESTS", ())


async def test_work_goes_on_after_the_server_was_killed_and_started_again(mortal: servers.Postgres) -> None:
    with mortal.fresh() as url, closing(Store(url)) as store:
        await store.run(write, "before")
        assert await store.read(count) == 1
        mortal.kill()
        mortal.start()
        await store.run(write, "after")
        assert await store.read(count) == 2


def test_who_comes_while_the_server_is_away_waits_for_it_a_little(mortal: servers.Postgres) -> None:
    rests: list[float] = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 2:
            mortal.start()

    with mortal.fresh() as url, closing(Store(url)) as store:
        store.run_now(write, "before")
        mortal.kill()
        job = Job(count, Future())
        module.execute(store.engine, [job], rest)
        assert job.result == 1
        assert rests == list(module.RESTS[:2])


async def test_who_waits_too_long_is_told_that_the_server_is_away(
    mortal: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESTS", (0.01,))
    with mortal.fresh() as url, closing(Store(url)) as store:
        mortal.kill()
        with pytest.raises(OperationalError):
            await store.run(write, "away")
        mortal.start()
        await store.run(write, "back")


def test_a_transaction_whose_connection_is_cut_is_done_again(store: Store) -> None:
    calls = []

    def cut_off_once(connection: Connection) -> int:
        calls.append(1)
        write(connection, "again")
        if len(calls) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return count(connection)

    assert store.run_now(cut_off_once) == 1
    assert len(calls) == 2


def test_a_commit_that_got_no_answer_is_not_repeated(store: Store, postgres: servers.Postgres) -> None:
    calls = []

    def do(connection: Connection) -> None:
        calls.append(1)
        write(connection, "once")

    def cut_off(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        query = text("SELECT pg_terminate_backend(:pid, 5000)")
        with closing(Store(postgres.url)) as other:
            other.run_now(lambda c: c.execute(query, {"pid": driver.info.backend_pid}))

    event.listen(store.engine, "commit", cut_off)
    with pytest.raises(DBAPIError):
        store.run_now(do)
    assert len(calls) == 1


def test_two_who_wait_for_each_other_both_end(store: Store) -> None:
    for name in ("a", "b"):
        store.run_now(write, name)
    both = threading.Barrier(2, timeout=5)
    first = {"ab": True, "ba": True}

    def in_order(names: str) -> Callable[[Connection], None]:
        def do(connection: Connection) -> None:
            touch(connection, names[0])
            if first.pop(names, False):
                both.wait()
            touch(connection, names[1])

        return do

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(store.run_now, (in_order("ab"), in_order("ba"))))


def test_nobody_waits_for_a_lock_for_ever(
    postgres: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch, "lock_timeout")
    held, done = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        touch(connection, "a")
        held.set()
        done.wait(PATIENCE)

    with postgres.fresh() as url, closing(Store(url)) as store, ThreadPoolExecutor(1) as threads:
        store.run_now(write, "a")
        threads.submit(store.run_now, hold)
        held.wait(PATIENCE)
        with pytest.raises(OperationalError, match="lock timeout"):
            store.run_now(touch, "a")
        done.set()


def test_a_statement_does_not_run_for_ever(
    postgres: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch, "statement_timeout")
    with postgres.fresh() as url, closing(Store(url)) as store, pytest.raises(OperationalError):
        store.run_now(lambda connection: connection.execute(text("SELECT pg_sleep(5)")))


def test_a_process_that_hangs_in_mid_transaction_gives_its_locks_back(
    postgres: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.fresh() as url, closing(Store(url)) as store:
        store.run_now(write, "a")
        short(monkeypatch, "idle_in_transaction_session_timeout")
        held, done = threading.Event(), threading.Event()

        def hang(connection: Connection) -> None:
            touch(connection, "a")
            held.set()
            done.wait(PATIENCE)

        with closing(Store(url)) as hanging, ThreadPoolExecutor(1) as threads:
            stuck = threads.submit(hanging.run_now, hang)
            held.wait(PATIENCE)
            store.run_now(touch, "a")
            done.set()
            with pytest.raises(DBAPIError):
                stuck.result()


async def test_who_reads_sees_one_state_of_the_data_and_changes_nothing(store: Store) -> None:
    def look_twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        store.run_now(write, "meanwhile")
        return before, count(connection)

    assert await store.read(look_twice) == (0, 0)
    with pytest.raises(InternalError, match="read-only"):
        await store.read(write, "refused")


def test_a_url_as_hosters_write_it_is_understood(store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    with closing(Store(url.replace("postgresql://", "postgres://"))) as same:
        assert same.run_now(count) == 0


def test_what_the_url_says_itself_comes_first(postgres: servers.Postgres) -> None:
    def shown(connection: Connection) -> list[str]:
        names = ("statement_timeout", "application_name")
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]

    url = f"{postgres.url}?options=-c%20statement_timeout%3D7s&application_name=mine"
    with closing(Store(url)) as store:
        assert store.run_now(shown) == ["7s", "mine"]


def test_a_database_that_we_do_not_speak_to_is_refused() -> None:
    with pytest.raises(SettingsError, match="neither sqlite nor postgresql"):
        Store("mysql+pymysql://localhost/relais")
