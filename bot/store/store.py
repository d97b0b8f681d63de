"""Runs functions as transactions on the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool
from typing_extensions import ParamSpec

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
# How long SQLite waits for another process's transaction, in seconds.
SQLITE_PATIENCE = 30


class Store:
    """A database.

    `run` executes a function as one transaction, in a thread: committed when it returns,
    rolled back when it raises. With SQLite all of a process's writers stand in one line,
    which spares them the wait for the file's lock; `read` runs beside them.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        writers = 1 if self.engine.dialect.name == "sqlite" else READERS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")

    async def run(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Execute `function(connection, ...)` as one transaction."""
        return await self._in(self._writers, partial(self.run_now, function, *args, **kwargs))

    async def read(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Execute a function that only reads, on one consistent view of the data."""
        return await self._in(self._readers, partial(self._read_now, function, *args, **kwargs))

    def run_now(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like `run`, without an event loop."""
        with self.engine.connect() as connection, connection.begin():
            if self.engine.dialect.name == "sqlite":
                # Take the write lock at once: a transaction that reads first and writes later
                # could not be repeated when another process wrote in between.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            return function(connection, *args, **kwargs)

    def close(self) -> None:
        """Wait for what runs, then release the connections."""
        self._writers.shutdown()
        self._readers.shutdown()
        self.engine.dispose()

    def _read_now(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self.engine.connect() as connection, connection.begin():
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            return function(connection, *args, **kwargs)

    async def _in(self, executor: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, call)


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, future=True, pool_pre_ping=True, hide_parameters=True)
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        future=True,
        # What customers said are parameters: an error that is logged must not show them.
        hide_parameters=True,
        poolclass=QueuePool,
        connect_args={"timeout": SQLITE_PATIENCE, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver's own BEGIN comes too late (before the first write): ours are explicit.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # An accepted message survives a power cut, not only a crash of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
