"""What customers said, with what became of it: for those who teach the assistant."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from bot.messages import Purpose, Surface
from bot.store.rows import read
from bot.store.tables import conversations, messages

# A reply follows its message; between them stands what else was written during the turn.
REACH = 200
# Of two messages that are written at once, the earlier number may have the later moment.
AT_ONCE = 1000


class Said(Struct, frozen=True, kw_only=True):
    """A typed message of a customer, who writes under the name `author`.

    `reaction` is what the bot's reply was for, None where it kept silent.
    """

    text: str
    at: datetime
    channel: str
    surface: Surface
    language: str | None
    author: str
    reaction: Purpose | None


def since(connection: Connection, moment: datetime) -> list[Said]:
    """The messages that customers typed since a moment, oldest first; what they took back is left out."""
    reply = messages.alias()
    # A turn writes its replies and "handled" at the same moment; in pieces, they have one purpose.
    answered = and_(
        reply.c.conversation_id == messages.c.conversation_id,
        reply.c.seq.between(messages.c.seq, messages.c.seq + REACH),
        reply.c.author == "bot",
        reply.c.created_at == messages.c.handled_at,
    )
    query = (
        select(
            messages.c.text,
            messages.c.created_at.label("at"),
            conversations.c.channel,
            conversations.c.surface,
            conversations.c.language,
            conversations.c.author,
            reply.c.purpose.label("reaction"),
        )
        .distinct()
        .select_from(messages.join(conversations, messages.c.conversation_id == conversations.c.id))
        .outerjoin(reply, answered)
        .where(
            messages.c.id > _last_before(connection, moment) - AT_ONCE,
            messages.c.author == "customer",
            messages.c.created_at >= moment,
            messages.c.deleted_at.is_(None),
            messages.c.is_payload.is_(False),
            messages.c.text != "",
        )
        .order_by(messages.c.id)
        .add_columns(messages.c.id)
    )
    return [read(Said, row) for row in connection.execute(query).mappings()]


def _last_before(connection: Connection, moment: datetime) -> int:
    """Read from the end: there is no index by moments, which every message would have to pay for."""
    query = select(messages.c.id).where(messages.c.created_at < moment).order_by(messages.c.id.desc())
    return connection.execute(query.limit(1)).scalar() or 0
