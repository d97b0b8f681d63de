"""What waits to be sent: in order per conversation, claimed by one deliverer at a time."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, delete, exists, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.messages import Outbound
from bot.store import conversations, transcript
from bot.store.rows import Conversation, Line
from bot.store.tables import outbox


class Parcel(Struct, frozen=True, kw_only=True):
    """A message on its way.

    `interrupted` says that an earlier attempt was begun and its outcome never written down.
    """

    outbound: Outbound
    conversation: Conversation
    attempts: int
    deadline: datetime
    interrupted: bool


def put(connection: Connection, line: Line, *, now: datetime, deadline: datetime) -> None:
    """Queue a message for sending."""
    connection.execute(
        insert(outbox).values(
            message_id=line.id,
            conversation_id=line.conversation_id,
            due_at=now,
            deadline=deadline,
        )
    )


def claim(connection: Connection, lease: str, *, now: datetime, until: datetime) -> Parcel | None:
    """Take the message that is due longest.

    A message waits for the earlier ones of its conversation.
    """
    earlier = outbox.alias("earlier")
    is_first = ~exists().where(
        and_(
            earlier.c.conversation_id == outbox.c.conversation_id,
            earlier.c.message_id < outbox.c.message_id,
        )
    )
    free = or_(outbox.c.lease.is_(None), outbox.c.lease_until < now)
    query = (
        select(outbox)
        .where(outbox.c.due_at <= now, free, is_first)
        .order_by(outbox.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=outbox)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    _change(connection, row["message_id"], lease=lease, lease_until=until)
    conversation = conversations.load(connection, row["conversation_id"])
    return Parcel(
        outbound=_outbound(transcript.load(connection, row["message_id"]), conversation),
        conversation=conversation,
        attempts=row["attempts"],
        deadline=row["deadline"],
        interrupted=row["lease"] is not None,
    )


def done(connection: Connection, message_id: int) -> None:
    """Take a message out: it was sent, or never will be."""
    connection.execute(delete(outbox).where(outbox.c.message_id == message_id))


def later(connection: Connection, message_id: int, due_at: datetime) -> None:
    """Try again at `due_at`."""
    _change(
        connection,
        message_id,
        due_at=due_at,
        attempts=outbox.c.attempts + 1,
        lease=None,
        lease_until=None,
    )


def postpone(connection: Connection, message_id: int, due_at: datetime) -> None:
    """Give a message back unsent, because its account or chat must not be written to yet."""
    _change(connection, message_id, due_at=due_at, lease=None, lease_until=None)


def _change(connection: Connection, message_id: int, **values: object) -> None:
    connection.execute(update(outbox).where(outbox.c.message_id == message_id).values(**values))


def _outbound(line: Line, conversation: Conversation) -> Outbound:
    return Outbound(
        id=line.id,
        address=conversation.address,
        text=line.text,
        purpose=line.purpose or "answer",
        buttons=line.buttons,
        reply_to=line.reply_to,
    )
