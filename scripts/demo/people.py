"""Made-up colleagues at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.store import agents
from bot.store.rows import Agent, Role

PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people in a database that is thrown away
# The login, the name, the role and the team of each.
PEOPLE: tuple[tuple[str, str, Role, str | None], ...] = (
    ("nora", "Nora Lindqvist", "supervisor", None),
    ("amel", "Amel Haddad", "agent", "care"),
    ("tomas", "Tomás Rey", "agent", "care"),
    ("jo", "Jo Whitfield", "agent", "press"),
)


def hire(connection: Connection, now: datetime) -> dict[str, Agent]:
    """Everybody, by login."""
    return {
        login: agents.add(
            connection, login=login, name=name, role=role, team=team, password=PASSWORD, now=now
        )
        for login, name, role, team in PEOPLE
    }
