"""Who is logged in at the desk."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bot.store.rows import Agent, read
from bot.store.tables import agents, desk_sessions

LIFETIME = timedelta(hours=12)


class Session(Struct, frozen=True, kw_only=True):
    """A logged-in agent; `csrf` is the token that each of the agent's forms carries."""

    agent: Agent
    csrf: str
    expires_at: datetime


def begin(connection: Connection, agent_id: int, now: datetime) -> str:
    """Log an agent in under a new random token, which is returned and stored nowhere."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.expires_at <= now))
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(desk_sessions).values(
            token_hash=_hash(token),
            agent_id=agent_id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def find(connection: Connection, token: str, now: datetime) -> Session | None:
    """The session of a token, unless it ended or its agent was deactivated."""
    query = (
        select(agents, desk_sessions.c.csrf, desk_sessions.c.expires_at)
        .join(desk_sessions, desk_sessions.c.agent_id == agents.c.id)
        .where(
            desk_sessions.c.token_hash == _hash(token),
            desk_sessions.c.expires_at > now,
            agents.c.active,
        )
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Session(agent=read(Agent, row), csrf=row["csrf"], expires_at=row["expires_at"])


def end(connection: Connection, token: str) -> None:
    """Log out."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.token_hash == _hash(token)))


def end_all(connection: Connection, agent_id: int) -> None:
    """Log an agent out everywhere."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.agent_id == agent_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
