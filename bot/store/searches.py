"""Until when accounts have looked for mentions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.store.upsert import insert_new
from bot.store.watching_tables import searches


def looked_at(connection: Connection, channel: str, account: str) -> datetime | None:
    """When an account looked last and took in what it found; None if it never did."""
    query = select(searches.c.looked_at).filter_by(channel=channel, account=account)
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def look(connection: Connection, channel: str, account: str, now: datetime) -> None:
    """Say that everything until this moment is taken in."""
    key = {"channel": channel, "account": account}
    if not connection.execute(update(searches).filter_by(**key).values(looked_at=now)).rowcount:
        insert_new(connection, searches, **key, looked_at=now)
