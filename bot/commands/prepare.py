"""What must exist before the first start: a database and somebody who can log in."""

from __future__ import annotations

import secrets

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot import clock
from bot.errors import TransitionError
from bot.settings import Settings
from bot.store import agents, migrate
from bot.store.store import Store

FIRST_LOGIN = "supervisor"


class Login(Struct, frozen=True, kw_only=True):
    """A login that was just made; the password is nowhere else in clear."""

    login: str
    password: str

    def __str__(self) -> str:
        return f"{self.login}, password {self.password} (shown only now)"


def prepare(settings: Settings) -> Login | None:
    """Bring the database to the newest schema; the first login if nobody had one yet."""
    store = Store(settings.database_url)
    try:
        migrate.upgrade(store)
        return store.run_now(_first_login)
    except TransitionError:
        return None  # another process made it in the same moment
    finally:
        store.close()


def _first_login(connection: Connection) -> Login | None:
    if agents.count(connection):
        return None
    password = secrets.token_urlsafe(9)
    now = clock.now()
    agents.add(
        connection, login=FIRST_LOGIN, name="Supervisor", role="supervisor", password=password, now=now
    )
    return Login(login=FIRST_LOGIN, password=password)
