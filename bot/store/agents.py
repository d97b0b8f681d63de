"""The people who work at the desk, and their passwords."""

from __future__ import annotations

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.errors import NotFound, TransitionError
from bot.store import record
from bot.store.rows import Agent, Role, read
from bot.store.tables import agents

_hasher = PasswordHasher()
# Checked for logins that do not exist, so that the time taken does not tell who does.
_NOBODY = _hasher.hash("nobody")


def add(
    connection: Connection,
    *,
    login: str,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    team: str | None = None,
) -> Agent:
    """Register a person; raises `TransitionError` if the login is taken."""
    if by_login(connection, login):
        raise TransitionError(f"the login {login!r} is taken")
    result = connection.execute(
        insert(agents).values(
            login=login,
            name=name,
            role=role,
            team=team,
            password_hash=_hasher.hash(password),
            created_at=now,
        )
    )
    agent = load(connection, result.inserted_primary_key[0])
    record.write(connection, "agent_added", actor=record.SYSTEM, at=now, agent=agent.id, role=role)
    return agent


def load(connection: Connection, agent_id: int) -> Agent:
    """A person by id; raises `NotFound`."""
    row = connection.execute(select(agents).where(agents.c.id == agent_id)).mappings().first()
    if row is None:
        raise NotFound(f"there is no agent {agent_id}")
    return read(Agent, row)


def by_login(connection: Connection, login: str) -> Agent | None:
    """A person by login."""
    row = connection.execute(select(agents).where(agents.c.login == login)).mappings().first()
    return read(Agent, row) if row else None


def verify(connection: Connection, login: str, password: str) -> Agent | None:
    """The active person of that login if the password is right."""
    query = select(agents).where(agents.c.login == login, agents.c.active)
    row = connection.execute(query).mappings().first()
    try:
        _hasher.verify(row["password_hash"] if row else _NOBODY, password)
    except VerifyMismatchError:
        return None
    return read(Agent, row) if row else None


def all_agents(connection: Connection) -> list[Agent]:
    """Everybody, by name."""
    rows = connection.execute(select(agents).order_by(agents.c.name))
    return [read(Agent, row) for row in rows.mappings()]


def count(connection: Connection) -> int:
    """How many people are registered."""
    number: int = connection.execute(select(func.count()).select_from(agents)).scalar_one()
    return number
