"""The people who work at the desk, and their passwords."""

from __future__ import annotations

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bot.errors import NotFound, TransitionError
from bot.store import record
from bot.store.rows import Agent, Role, read
from bot.store.tables import agents
from bot.store.upsert import insert_new

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
    is_new = insert_new(
        connection,
        agents,
        login=login,
        name=name,
        role=role,
        team=team,
        password_hash=_hasher.hash(password),
        created_at=now,
    )
    agent = by_login(connection, login)
    if agent is None or not is_new:
        raise TransitionError(f"the login {login!r} is taken")
    record.write(connection, "agent_added", actor=record.SYSTEM, at=now, agent=agent.id, role=role)
    return agent


def change(
    connection: Connection,
    agent_id: int,
    *,
    by: int,
    name: str,
    role: Role,
    team: str | None,
    active: bool,
    now: datetime,
) -> Agent:
    """Change who a person is at the desk.

    Raises `TransitionError` if no active supervisor would be left.
    """
    supervisors = select(agents.c.id).where(agents.c.active, agents.c.role == "supervisor")
    # Two supervisors who demote each other at once do so one after the other.
    connection.execute(supervisors.order_by(agents.c.id).with_for_update())
    connection.execute(
        update(agents).where(agents.c.id == agent_id).values(name=name, role=role, team=team, active=active)
    )
    if connection.execute(supervisors).first() is None:
        raise TransitionError("there must be an active supervisor")
    record.write(
        connection,
        "agent_changed",
        actor=record.agent_actor(by),
        at=now,
        agent=agent_id,
        role=role,
        team=team,
        active=active,
    )
    return load(connection, agent_id)


def set_password(connection: Connection, agent_id: int, password: str, *, by: int, now: datetime) -> None:
    """Give a person a new password."""
    connection.execute(
        update(agents).where(agents.c.id == agent_id).values(password_hash=_hasher.hash(password))
    )
    actor = record.agent_actor(by)
    record.write(connection, "password_changed", actor=actor, at=now, agent=agent_id)


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
