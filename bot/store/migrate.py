"""Brings a database to the newest schema."""

from __future__ import annotations

import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from bot.store.store import Store

_SCRIPTS = Path(__file__).parent / "migrations"
# "Relais" in ASCII: those who migrate one PostgreSQL database stand in one line.
_TURN = 0x52656C616973
# Ten seconds of trying, in which those at work are held up for a tenth of a second each time.
_ATTEMPTS, _REST = 50, 0.1
_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"


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
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    is_shared = connection.dialect.name == "postgresql"
    if is_shared:
        _wait_for_the_turn(connection)
    revision = _revision(connection)
    if _is_newer(revision, scripts):
        return
    if is_shared and revision and revision != scripts.as_revision_number(to):
        _take_all_tables(connection)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _wait_for_the_turn(connection: Connection) -> None:
    """Until the end of the transaction; SQLite's transactions stand in one line anyway."""
    # To wait for another's migration, and to build an index on millions of messages, takes as long
    # as it takes.
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


def _take_all_tables(connection: Connection) -> None:
    """All at once, or none: who takes one after the other ends in a deadlock with those at work.

    PostgreSQL sees a deadlock after a second and ends one of the two. Long before that this one
    gives up what it has, so that it never is the other, and begins again.
    """
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
    tables = ", ".join(connection.exec_driver_sql(_TABLES).scalars())
    for attempt in reversed(range(_ATTEMPTS)):
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
            return
        except OperationalError:
            if not attempt:
                raise
        time.sleep(_REST)


def _revision(connection: Connection) -> str | None:
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision


def _is_newer(revision: str | None, scripts: ScriptDirectory) -> bool:
    known = {script.revision for script in scripts.walk_revisions()}
    return revision is not None and revision not in known
