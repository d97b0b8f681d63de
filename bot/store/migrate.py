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
# "Relais" in ASCII: those who migrate one PostgreSQL database stand in one line.
_TURN = 0x52656C616973


def upgrade(store: Store, to: str = "head") -> None:
    """Create the tables, or change those of an older release, up to a revision; all or nothing.

    Any number of processes may do so at once: one does it, the others wait. Tables that a newer
    release made are left as they are: every release adds to them only, so this one can go on with
    them while it is being replaced, or when it is brought back.
    """
    store.run_now(_upgrade, to)


def is_current(store: Store) -> bool:
    """Whether the database has the newest schema that this release knows, or a newer one."""
    revision = store.run_now(_revision)
    scripts = ScriptDirectory.from_config(_config())
    return revision == scripts.get_current_head() or _is_newer(revision, scripts)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _upgrade(connection: Connection, to: str) -> None:
    if connection.dialect.name == "postgresql":
        _wait_for_the_turn(connection)
    config = _config()
    if _is_newer(_revision(connection), ScriptDirectory.from_config(config)):
        return
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _wait_for_the_turn(connection: Connection) -> None:
    """Until the end of the transaction; SQLite's transactions stand in one line anyway."""
    # To wait for another's migration, and to build an index on millions of messages, takes as long
    # as it takes; but nobody may be kept from writing while this one waits for a table.
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
    connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")


def _revision(connection: Connection) -> str | None:
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision


def _is_newer(revision: str | None, scripts: ScriptDirectory) -> bool:
    known = {script.revision for script in scripts.walk_revisions()}
    return revision is not None and revision not in known
