"""SQLite's writers: those who wait are committed together, and each is told how its own went."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.store.store import Store
from bot.store.tables import leases, metadata, outbox
from tests.fakes.clock import FakeClock

NOW = FakeClock()()


class House:
    """A store, and what the disk was told."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'relais.db'}")
        metadata.create_all(self.store.engine)
        self.commits = 0
        event.listen(self.store.engine, "commit", self._count)

    def _count(self, _: Connection) -> None:
        self.commits += 1

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Keep the writer busy, so that all who come meanwhile wait together."""
        began, go_on = threading.Event(), threading.Event()

        def keep_busy(_: Connection) -> None:
            began.set()
            go_on.wait(10)  # not for a test that was given up

        first = asyncio.ensure_future(self.store.run(keep_busy))
        await asyncio.to_thread(began.wait)
        yield
        self.commits = 0
        go_on.set()
        await first

    async def together(self, *functions: Callable[[Connection], object]) -> list[object]:
        """What became of functions that waited together."""
        async with self.busy():
            waiting: list[Awaitable[object]] = [
                asyncio.ensure_future(self.store.run(function)) for function in functions
            ]
            await asyncio.sleep(0)
        return await asyncio.gather(*waiting, return_exceptions=True)

    def names(self) -> list[str]:
        """What was written."""
        return self.store.run_now(lambda c: list(c.execute(select(leases.c.name)).scalars()))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path)
    yield built
    built.store.close()


def write(name: str) -> Callable[[Connection], str]:
    def do(connection: Connection) -> str:
        connection.execute(insert(leases).values(name=name, holder="x", until=NOW))
        return name

    return do


def orphan(connection: Connection) -> None:
    """What only the commit notices: a reference to nothing."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    connection.execute(insert(outbox).values(message_id=7, conversation_id=7, due_at=NOW, deadline=NOW))


def full(connection: Connection) -> None:
    """A disk without room for another page."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    try:
        write("x" * 100_000)(connection)
    finally:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


async def test_all_who_wait_are_committed_together(house: House) -> None:
    assert await house.together(*map(write, "abc")) == ["a", "b", "c"]
    assert house.commits == 2  # the one that kept it busy, and these
    assert house.names() == ["a", "b", "c"]


async def test_what_is_urgent_goes_before_what_came_earlier(house: House) -> None:
    order: list[str] = []
    async with house.busy():
        waiting = [
            asyncio.ensure_future(house.store.run(lambda _: order.append("turn"))),
            asyncio.ensure_future(house.store.run_first(lambda _: order.append("webhook"))),
            asyncio.ensure_future(house.store.run_first(lambda _: order.append("webhook that came later"))),
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["webhook", "webhook that came later", "turn"]


async def test_nobody_is_told_before_the_commit(house: House) -> None:
    told_too_early: list[bool] = []
    async with house.busy():
        waiting = [asyncio.ensure_future(house.store.run(write(name))) for name in "ab"]
        await asyncio.sleep(0)
        event.listen(
            house.store.engine, "commit", lambda _: told_too_early.append(any(w.done() for w in waiting))
        )
    await asyncio.gather(*waiting)
    assert told_too_early == [False, False]


async def test_one_that_raises_is_undone_alone(house: House) -> None:
    def fail(connection: Connection) -> None:
        write("never")(connection)
        raise ValueError("on purpose")

    first, failed, last = await house.together(write("a"), fail, write("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert house.names() == ["a", "b"]


async def test_one_that_the_database_refuses_is_undone_alone(house: House) -> None:
    first, refused, last = await house.together(write("a"), write("a"), write("b"))
    assert (first, last) == ("a", "b")
    assert isinstance(refused, IntegrityError)
    assert house.names() == ["a", "b"]


async def test_where_the_commit_fails_all_are_told_so_and_nothing_is_written(house: House) -> None:
    results = await house.together(write("a"), orphan, write("b"))
    assert [type(result) for result in results] == [IntegrityError] * 3
    assert house.names() == []
    assert await house.store.run(write("c")) == "c"


async def test_what_a_full_disk_refused_is_not_said_to_be_done(house: House) -> None:
    results = await house.together(write("a"), full, write("b"))
    assert isinstance(results[1], OperationalError)
    assert house.names() == [result for result in results if isinstance(result, str)]


async def test_who_stopped_waiting_keeps_nobody_from_being_told(house: House) -> None:
    async with house.busy():
        gone = asyncio.ensure_future(house.store.run(write("a")))
        other = asyncio.ensure_future(house.store.run(write("b")))
        await asyncio.sleep(0)
        gone.cancel()
    assert await other == "b"
    assert sorted(house.names()) == ["a", "b"]


async def test_closing_waits_for_what_is_in_the_line(tmp_path: Path) -> None:
    house = House(tmp_path)
    async with house.busy():
        waiting = [asyncio.ensure_future(house.store.run(write(str(n)))) for n in range(100)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(asyncio.to_thread(house.store.close))
    assert len(await asyncio.gather(*waiting)) == 100
    await closing
    with pytest.raises(RuntimeError, match="closed"):
        await house.store.run(write("late"))


def test_threads_without_a_loop_wait_too(tmp_path: Path) -> None:
    house = House(tmp_path)
    threads = [threading.Thread(target=house.store.run_now, args=(write(str(n)),)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.store.run_now(lambda c: c.execute(select(func.count()).select_from(leases)).scalar()) == 10
    house.store.close()
