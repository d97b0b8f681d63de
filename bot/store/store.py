"""Runs functions as transactions on the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Concatenate, TypeVar

from sqlalchemy.engine import URL, Connection, make_url
from typing_extensions import ParamSpec

from bot.errors import SettingsError
from bot.store import postgres, sqlite
from bot.store.jobs import Job, Threads
from bot.store.learning import learn_types
from bot.store.turnstile import Turnstile

P = ParamSpec("P")
T = TypeVar("T")

# Connections to PostgreSQL, and threads. It writes down together what is committed at the same moment, so
# that three times as many writers take three times as much a second; readers keep their cores busy.
WRITERS, READERS = 12, 4
# Transactions that SQLite commits together at most: who comes next waits for all of them.
TOGETHER = 6


class Store:
    """A database, SQLite or PostgreSQL.

    `run` executes a function as one transaction, in a thread: committed when it returns,
    rolled back when it raises. `read` runs beside the writers. A function may be called again where
    others were in its way, so it changes nothing but the database.

    All of a process's writers stand in one line before SQLite, which has room for one: those who
    wait are committed together, and told after that.
    """

    def __init__(self, url: str) -> None:
        learn_types()
        address = _address(url)
        self._turnstile: Turnstile | None = None
        if address.get_backend_name() == "sqlite":
            self.engine = self._reading = sqlite.connect(address)
            self._turnstile = sqlite.turnstile(address)
            write = partial(sqlite.write, self.engine, self._turnstile)
            self._writers = Threads("store-write", 1, write, at_once=TOGETHER)
            self._readers = Threads("store-read", READERS, partial(sqlite.read, self._reading))
        else:
            self.engine = postgres.connect(address, WRITERS, read_only=False)
            self._reading = postgres.connect(address, READERS, read_only=True)
            self._writers = Threads("store-write", WRITERS, partial(postgres.execute, self.engine))
            self._readers = Threads("store-read", READERS, partial(postgres.execute, self._reading))

    async def run(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Execute `function(connection, ...)` as one transaction."""
        return await _in(self._writers, lambda connection: function(connection, *args, **kwargs))

    async def run_first(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like `run`, before all that waits: for what a platform waits for."""
        return await _in(self._writers, lambda connection: function(connection, *args, **kwargs), urgent=True)

    async def read(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Execute a function that only reads, on one consistent view of the data."""
        return await _in(self._readers, lambda connection: function(connection, *args, **kwargs))

    def run_now(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like `run`, without an event loop."""
        future: Future[T] = Future()
        self._writers.submit(Job(lambda connection: function(connection, *args, **kwargs), future))
        return future.result()

    def close(self) -> None:
        """Wait for what runs, then release the connections."""
        self._writers.close()
        self._readers.close()
        if self._turnstile:
            self._turnstile.close()
        self.engine.dispose()
        self._reading.dispose()


async def _in(threads: Threads, function: Callable[[Connection], T], *, urgent: bool = False) -> T:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    threads.submit(Job(function, future, loop, urgent=urgent))
    return await future


def _address(url: str) -> URL:
    # What hosters hand out; SQLAlchemy takes the longer name only.
    address: URL = make_url(url.replace("postgres://", "postgresql://", 1))
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise SettingsError(f"DATABASE_URL: {address.get_backend_name()} is neither sqlite nor postgresql")
    return address
