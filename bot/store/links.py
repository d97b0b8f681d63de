"""One-time links by which a customer goes from a public thread to a private chat."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from bot.store.tables import links

LIFETIME = timedelta(days=7)


def create(connection: Connection, conversation_id: int, now: datetime) -> str:
    """A new link to a conversation: 32 characters of `A-Za-z0-9_-`, telling nothing."""
    token = secrets.token_urlsafe(24)
    connection.execute(
        insert(links).values(
            token=token,
            conversation_id=conversation_id,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def use(connection: Connection, token: str, now: datetime) -> int | None:
    """The public conversation that a link leads from; None if used, expired or unknown."""
    used = connection.execute(
        update(links)
        .where(links.c.token == token, links.c.used_at.is_(None), links.c.expires_at > now)
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return None
    query = select(links.c.conversation_id).where(links.c.token == token)
    conversation_id: int = connection.execute(query).scalar_one()
    return conversation_id
