"""Attempts to log in, kept so that passwords cannot be guessed by trying many."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, delete, insert, select
from sqlalchemy.engine import Connection

from bot.store.tables import login_failures

WINDOW = timedelta(minutes=15)
# A colleague who forgot a password tries less often; a whole office may share one address.
MOST_PER_LOGIN = 10
MOST_PER_REMOTE = 40


def attempt(connection: Connection, login: str, remote: str, now: datetime) -> timedelta | None:
    """Count an attempt before it is checked, so that many at once do not slip through.

    Returns None if it may be checked, else how long to wait; it then does not count.
    """
    connection.execute(delete(login_failures).where(login_failures.c.at <= now - WINDOW))
    failures = login_failures.c
    waits = (
        _wait(connection, failures.login, login[:60], MOST_PER_LOGIN, now),
        _wait(connection, failures.remote, remote[:60], MOST_PER_REMOTE, now),
    )
    wait = max(waits)
    if wait:
        return wait
    connection.execute(insert(login_failures).values(login=login[:60], remote=remote[:60], at=now))
    return None


def succeeded(connection: Connection, login: str) -> None:
    """Forget the attempts of somebody who knew the password."""
    connection.execute(delete(login_failures).where(login_failures.c.login == login[:60]))


def _wait(connection: Connection, column: Column[Any], value: str, most: int, now: datetime) -> timedelta:
    query = select(login_failures.c.at).where(column == value)
    latest = query.order_by(login_failures.c.at.desc()).offset(most - 1).limit(1)
    moment: datetime | None = connection.execute(latest).scalar()
    return moment + WINDOW - now if moment else timedelta(0)
