"""Takes out what nobody asks for any more, a little at a time."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Boolean, Column, Table, and_, bindparam, delete, select, true, tuple_
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.dml import Delete

from bot.clock import Clock
from bot.store import leases
from bot.store.logins import WINDOW
from bot.store.mentions import KEPT as MENTIONS_KEPT
from bot.store.store import Store
from bot.store.tables import (
    Moment,
    desk_sessions,
    links,
    login_failures,
    received,
    set_aside,
    submissions,
    viewers,
)
from bot.store.watching_tables import heard, mentions
from bot.unexpected import trail

log = logging.getLogger(__name__)

JOB = "housekeeping"
# One process looks every hour; where it dies, another does an hour later.
INTERVAL = timedelta(hours=1)
# Others write meanwhile: so many rows of a table in one transaction, and a rest before the next.
AT_ONCE = 200
REST = 0.2


_ANY: ColumnElement[Boolean] = true()


class Kept(Struct, frozen=True, kw_only=True):
    """How long rows of a table are kept after the moment in one of their columns.

    Those that do not fulfil the `condition` are kept for ever.
    """

    table: Table
    since: Column[Moment]
    time: timedelta
    condition: ColumnElement[Boolean] = _ANY


KEPT = (
    # WhatsApp repeats what was not answered for 7 days, longer than every other platform.
    Kept(table=received, since=received.c.received_at, time=timedelta(days=30)),
    Kept(table=desk_sessions, since=desk_sessions.c.expires_at, time=timedelta(0)),
    Kept(table=login_failures, since=login_failures.c.at, time=WINDOW),
    # A form that was left open in a browser and is sent at last.
    Kept(table=submissions, since=submissions.c.at, time=timedelta(days=30)),
    Kept(table=links, since=links.c.expires_at, time=timedelta(days=30)),
    Kept(table=mentions, since=mentions.c.received_at, time=MENTIONS_KEPT),
    # As many weeks as a silence is compared with, and some more.
    Kept(table=heard, since=heard.c.quarter, time=timedelta(days=70)),
    Kept(table=viewers, since=viewers.c.seen_at, time=timedelta(days=1)),
    Kept(
        # A request on which we failed once or twice before it went well, or never came again.
        table=set_aside,
        since=set_aside.c.created_at,
        time=timedelta(days=30),
        condition=and_(set_aside.c.kind == "request", set_aside.c.given_up_at.is_(None)),
    ),
)


def _old_rows(kept: Kept) -> Delete:
    key = list(kept.table.primary_key.columns)
    old = select(*key).where(kept.since < bindparam("before"), kept.condition).limit(bindparam("most"))
    return delete(kept.table).where(tuple_(*key).in_(old))


_SWEEPS = [(kept, _old_rows(kept)) for kept in KEPT]


def sweep(connection: Connection, now: datetime) -> int:
    """Take out some old rows of each table; tells how many, 0 when there are no more."""
    gone = 0
    for kept, statement in _SWEEPS:
        values = {"before": now - kept.time, "most": AT_ONCE}
        gone += connection.execute(statement, values).rowcount
    return gone


class Housekeeping:
    """Sweeps once an hour, in one of all processes."""

    def __init__(
        self, store: Store, clock: Clock, rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._clock = clock
        self._rest = rest
        self._name = uuid.uuid4().hex

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.tidy()
            except Exception as error:  # noqa: BLE001 - the database may be away; an hour later will do
                log.warning("cannot tidy up: %s", trail(error))
            await self._rest(INTERVAL.total_seconds())

    async def tidy(self) -> int:
        """Take out all that is old, unless another process did within the hour; tells how many rows."""
        now, gone = self._clock(), 0
        if not await self._store.run(leases.hold, JOB, self._name, now=now, until=now + INTERVAL):
            return 0
        while some := await self._store.run(sweep, now):
            gone += some
            await self._rest(REST)
        if gone:
            log.info("tidied up: %s rows", gone)
        return gone
