"""What customers write to one account, for somebody who waits for it."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.messages import Surface
from bot.store.tables import conversations, messages


class Arrival(Struct, frozen=True, kw_only=True):
    """A customer's message; `author` is the display name."""

    author: str
    surface: Surface
    text: str


def newest(connection: Connection) -> int:
    """The number of the last message of all."""
    return connection.execute(select(func.max(messages.c.id))).scalar() or 0


def after(connection: Connection, channel: str, account: str, number: int) -> Arrival | None:
    """The first message that a customer wrote to an account after that one."""
    query = (
        select(conversations.c.author, conversations.c.surface, messages.c.text)
        .select_from(messages.join(conversations, messages.c.conversation_id == conversations.c.id))
        .where(
            messages.c.id > number,
            messages.c.author == "customer",
            conversations.c.channel == channel,
            conversations.c.account == account,
        )
    )
    row = connection.execute(query.order_by(messages.c.id).limit(1)).first()
    return Arrival(author=row.author, surface=row.surface, text=row.text) if row else None
