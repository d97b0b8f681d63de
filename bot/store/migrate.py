"""Brings a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from bot.store.store import Store

_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(store: Store, to: str = "head") -> None:
    """Create the tables, or change those of an older release, up to a revision; all or nothing."""
    store.run_now(_upgrade, to)


def is_current(store: Store) -> bool:
    """Whether the database has the newest schema."""
    return store.run_now(_revision) == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _upgrade(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _revision(connection: Connection) -> str | None:
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision
