"""What is known of each account: how far its history was read, what had been missed, its silence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.store.rows import read
from bot.store.upsert import insert_new
from bot.store.watching_tables import watches

Key = tuple[str, str]

# How far back a look goes at most, as far as most platforms tell anything, and how much of what the
# look before has seen: platforms show late what came just before.
FURTHEST = timedelta(hours=24)
OVERLAP = timedelta(hours=1)
# How long people are told of messages that had been missed, or may be missing.
TOLD = timedelta(days=3)


def is_news(moment: datetime | None, now: datetime) -> bool:
    """Whether people are still told of what was noticed then."""
    return moment is not None and now - moment < TOLD


class Watch(Struct, frozen=True, kw_only=True):
    """What is known of an account.

    From `begun_at` on its history is ours, and up to `looked_at` it was read. `missed` messages were
    taken in at `missed_at`, the last time when there were any. At `gap_at` the platform did not tell
    all that was said since `gap_since`, the last time when that was so. Customers were heard first and
    last at `first_heard_at` and `heard_at`; `silent_since` is the latter while the silence is not normal.
    """

    channel: str
    account: str
    begun_at: datetime | None
    looked_at: datetime | None
    missed: int
    missed_at: datetime | None
    gap_since: datetime | None
    gap_at: datetime | None
    first_heard_at: datetime | None
    heard_at: datetime | None
    silent_since: datetime | None

    @property
    def key(self) -> Key:
        """Which account it is."""
        return self.channel, self.account


def everything(connection: Connection) -> dict[Key, Watch]:
    """What is known, by account."""
    rows = (read(Watch, row) for row in connection.execute(select(watches)).mappings())
    return {row.key: row for row in rows}


def begin_look(connection: Connection, account: Key, now: datetime) -> datetime | None:
    """Since when the history of an account is to be read; None the first time.

    What came before was not ours: people may have answered it.
    """
    _keep(connection, account)
    row = connection.execute(select(watches.c.begun_at, watches.c.looked_at).where(*_is(account))).one()
    if row.begun_at is None or row.looked_at is None:
        _change(connection, account, begun_at=now, looked_at=now)
        return None
    # A look that lies ahead was made before the clock was set back.
    since: datetime = max(min(row.looked_at, now) - OVERLAP, row.begun_at, now - FURTHEST)
    return since


def end_look(
    connection: Connection, account: Key, *, began: datetime | None, missed: int, now: datetime
) -> None:
    """Write down what a look has found; it read everything up to `began`, None where it broke off."""
    if began is not None:
        _change(connection, account, looked_at=began)
    if missed:
        _change(connection, account, missed=missed, missed_at=now)


def note_gap(connection: Connection, account: Key, *, since: datetime, now: datetime) -> None:
    """Write down that of what was said since then something may be missing."""
    _keep(connection, account)
    _change(connection, account, gap_since=since, gap_at=now)


def silent(connection: Connection) -> list[Watch]:
    """The accounts whose silence is not normal, by name."""
    query = select(watches).where(watches.c.silent_since.is_not(None))
    rows = connection.execute(query.order_by(watches.c.channel, watches.c.account)).mappings()
    return [read(Watch, row) for row in rows]


def fall_silent(connection: Connection, found: Collection[Watch]) -> bool:
    """Write down whose silence is not normal, and that all others' is; whether that is news."""
    before = {watch.key: watch for watch in silent(connection)}
    after = {watch.key: watch for watch in found}
    for key in before.keys() - after.keys():
        _change(connection, key, silent_since=None)
    for key in after.keys() - before.keys():
        _change(connection, key, silent_since=after[key].heard_at)
    return before.keys() != after.keys()


def hear(connection: Connection, account: Key, *, first: datetime, last: datetime) -> None:
    """Customers wrote to an account at these moments and perhaps in between."""
    _keep(connection, account)
    row = connection.execute(select(watches.c.first_heard_at).where(*_is(account))).one()
    values = {"heard_at": last} if row.first_heard_at else {"first_heard_at": first, "heard_at": last}
    _change(connection, account, **values)


def _keep(connection: Connection, account: Key) -> None:
    channel, name = account
    insert_new(connection, watches, channel=channel, account=name, missed=0)


def _change(connection: Connection, account: Key, **values: object) -> None:
    connection.execute(update(watches).where(*_is(account)).values(**values))


def _is(account: Key) -> tuple[object, object]:
    channel, name = account
    return watches.c.channel == channel, watches.c.account == name
