"""SQLite: one file, one writer at a time, and those who wait are committed together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import QueuePool

from bot.store.jobs import Job
from bot.store.turnstile import Turnstile

# How long to wait for another process's transaction, in seconds.
PATIENCE = 30


def connect(address: URL) -> Engine:
    """Connections to a file, which is made where it is missing."""
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        address,
        future=True,
        # What customers said are parameters: an error that is logged must not show them.
        hide_parameters=True,
        poolclass=QueuePool,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def turnstile(address: URL) -> Turnstile | None:
    """Who writes to a file next; None for a database in memory, which is nobody else's.

    SQLite itself lets in who asks at the right moment: beside a busy process that may take seconds.
    """
    return Turnstile(Path(address.database)) if address.database else None


def write(engine: Engine, turnstile: Turnstile | None, jobs: Sequence[Job]) -> None:
    """Do the jobs, each as if it were alone, and commit them together.

    What raises is undone alone. Where the commit fails, or SQLite gives up the transaction as it
    does when the disk is full, this raises and nothing was done.
    """
    turn = turnstile.turn() if turnstile else nullcontext()
    with turn, engine.connect() as connection, connection.begin():
        # Take the write lock at once: a transaction that reads first and writes later could not
        # be repeated when another process wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if len(jobs) == 1:
            jobs[0].result = jobs[0].function(connection)
        else:
            for job in jobs:
                _attempt(connection, job)


def read(engine: Engine, jobs: Sequence[Job]) -> None:
    """Do each job on one view of the data."""
    for job in jobs:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN")
            job.result = job.function(connection)


def _attempt(connection: Connection, job: Job) -> None:
    # Straight to the driver: SQLAlchemy's own way would cost as much as a statement that does work.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("SAVEPOINT job")
    try:
        job.result = job.function(connection)
    except BaseException as error:
        if not driver.in_transaction:
            raise
        job.error = error
        driver.execute("ROLLBACK TO job")
    driver.execute("RELEASE job")


def _prepare(connection: Any, _: object) -> None:
    # The driver's own BEGIN comes too late (before the first write): ours are explicit.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    # An accepted message survives a power cut, not only a crash of the process.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
