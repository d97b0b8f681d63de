"""How much work an engine has with something: not time, which depends on who else is busy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

# SQLite counts in steps of so many instructions.
STEP = 10
_READ = text("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")


def effort(connection: Connection, act: Callable[[], object]) -> int:
    """The instructions that SQLite executes, or the rows that PostgreSQL reads; the act is undone.

    (https://www.sqlite.org/c3ref/progress_handler.html,
    https://www.postgresql.org/docs/current/monitoring-stats.html)
    """
    measure = {"sqlite": _instructions, "postgresql": _rows_read}[connection.dialect.name]
    # The first time statements are prepared.
    savepoint = connection.begin_nested()
    act()
    savepoint.rollback()
    savepoint = connection.begin_nested()
    found = measure(connection, act)
    savepoint.rollback()
    return found


def _instructions(connection: Connection, act: Callable[[], object]) -> int:
    driver: Any = connection.connection.dbapi_connection
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += STEP

    driver.set_progress_handler(count, STEP)
    act()
    driver.set_progress_handler(None, 0)
    return steps


def _rows_read(connection: Connection, act: Callable[[], object]) -> int:
    before = _rows_read_so_far(connection)
    act()
    return _rows_read_so_far(connection) - before


def _rows_read_so_far(connection: Connection) -> int:
    return int(connection.execute(_READ).scalar_one())
