"""What failed again and again and was put aside, so that everything else goes on.

A request of a platform is counted by its content until its attempts are used up; a turn comes
here when it is given up. Supervisors try again or settle it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Boolean, and_, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.errors import NotFound
from bot.store.rows import read
from bot.store.tables import set_aside

# How often a platform is asked to send again what our code failed on.
TRIES = 3
# More than fit on a page say that something else is wrong than the rows themselves.
SHOWN = 200

Kind = Literal["turn", "request"]


class SetAside(Struct, frozen=True, kw_only=True):
    """A turn or a request that was put aside, or a request that is on the way there.

    `error` tells kind and place. `body` is that of a request, without numbers of cards.
    """

    id: int
    kind: Kind
    channel: str
    account: str
    conversation_id: int | None
    body: str
    error: str
    attempts: int
    given_up_at: datetime | None
    settled_at: datetime | None
    created_at: datetime


class Failed(Struct, frozen=True, kw_only=True):
    """A request on which our code failed; `digest` is the same for the same content."""

    channel: str
    account: str
    digest: str
    body: str
    error: str


def count_request(connection: Connection, failed: Failed, now: datetime) -> bool:
    """Count a failure; tells whether the request is put aside, so that it need not come again."""
    if not _repeated(connection, failed):
        _begin(connection, failed, now)
    query = select(set_aside.c.attempts, set_aside.c.given_up_at).filter_by(digest=failed.digest)
    attempts, given_up_at = connection.execute(query).one()
    if attempts <= TRIES:
        return False
    if given_up_at is None:
        values = {"given_up_at": now, "body": failed.body}
        connection.execute(update(set_aside).filter_by(digest=failed.digest).values(**values))
    return True


def put_turn(
    connection: Connection,
    conversation_id: int,
    *,
    channel: str,
    account: str,
    error: str,
    attempts: int,
    now: datetime,
) -> None:
    """Put a turn aside; its messages are those that bear the very moment `now` as handled."""
    connection.execute(
        insert(set_aside).values(
            kind="turn",
            channel=channel,
            account=account,
            conversation_id=conversation_id,
            error=error,
            attempts=attempts,
            given_up_at=now,
            created_at=now,
        )
    )


def waiting(connection: Connection) -> list[SetAside]:
    """What waits for a supervisor, the newest first."""
    query = select(set_aside).where(_waits()).order_by(set_aside.c.given_up_at.desc(), set_aside.c.id.desc())
    return [read(SetAside, row) for row in connection.execute(query.limit(SHOWN)).mappings()]


def count(connection: Connection) -> int:
    """How much waits for a supervisor."""
    number: int = connection.execute(select(func.count()).where(_waits())).scalar_one()
    return number


def load(connection: Connection, set_aside_id: int) -> SetAside:
    """A row by its id; raises `NotFound`."""
    query = select(set_aside).where(set_aside.c.id == set_aside_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"nothing was put aside as {set_aside_id}")
    return read(SetAside, row)


def settle(connection: Connection, set_aside_id: int, agent_id: int, now: datetime) -> bool:
    """Say that nothing more is to be done; False if somebody was faster."""
    settled = connection.execute(
        update(set_aside)
        .where(set_aside.c.id == set_aside_id, _waits())
        .values(settled_at=now, settled_by=agent_id)
    )
    return bool(settled.rowcount == 1)


def failed_again(connection: Connection, set_aside_id: int, error: str) -> None:
    """Count an attempt that a supervisor made in vain."""
    values = {"attempts": set_aside.c.attempts + 1, "error": error}
    connection.execute(update(set_aside).where(set_aside.c.id == set_aside_id).values(**values))


def _waits() -> ColumnElement[Boolean]:
    return and_(set_aside.c.given_up_at.is_not(None), set_aside.c.settled_at.is_(None))


def _repeated(connection: Connection, failed: Failed) -> bool:
    counted = connection.execute(
        update(set_aside)
        .filter_by(digest=failed.digest)
        .values(attempts=set_aside.c.attempts + 1, error=failed.error)
    )
    return bool(counted.rowcount)


def _begin(connection: Connection, failed: Failed, now: datetime) -> None:
    connection.execute(
        insert(set_aside).values(
            kind="request",
            channel=failed.channel,
            account=failed.account,
            digest=failed.digest,
            error=failed.error,
            attempts=1,
            created_at=now,
        )
    )
