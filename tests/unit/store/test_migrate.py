from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, create_engine, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from bot.store import agents, cases, conversations, migrate, transcript
from bot.store.said_index import include_name
from bot.store.store import Store
from bot.store.tables import metadata
from tests import servers
from tests.fakes.clock import FakeClock

NOW = FakeClock()()
# What a column may hold where not every text will do.
FITTING = {
    "surface": "private",
    "status": "waiting",
    "register": "complaint",
    "language": "fr",
    "author": "customer",
    "entities": [],
    "attachments": [],
    "buttons": [],
}


@pytest.fixture
def stores(empty_database: str) -> Iterator[list[Store]]:
    """Four processes' worth of connections to one database without tables."""
    stores = [Store(empty_database) for _ in range(4)]
    yield stores
    for store in stores:
        store.close()


def be_of_the_next_release(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    connection.exec_driver_sql("ALTER TABLE agents ADD COLUMN nickname TEXT")


def revision(connection: Connection) -> str:
    found: str = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    return found


def a_row_in_each_table(connection: Connection) -> dict[str, dict[str, object]]:
    """What a database of that release may hold: the columns that must not be empty, and no others."""
    tables = MetaData()
    tables.reflect(connection)
    rows: dict[str, dict[str, object]] = {}
    # Conversations and cases name each other, of which conversations need not.
    for table in sorted(
        tables.sorted_tables, key=lambda table: table.name not in ("agents", "conversations")
    ):
        if table.name != "alembic_version":
            row = {c.name: something(c) for c in table.columns if not c.nullable}
            connection.execute(insert(table).values(row))
            rows[table.name] = row
    return rows


def something(column: Column[Any]) -> object:
    """A value that fits a column; each table has one row, so that 1 is the id of any."""
    fitting = {int: 1, bool: True, datetime: NOW, dict: {}}.get(column.type.python_type, "x")
    return FITTING.get(column.name, fitting)


def rows_of(connection: Connection, columns: Mapping[str, Iterable[str]]) -> dict[str, dict[str, object]]:
    return {
        name: dict(connection.execute(select(*(metadata.tables[name].c[c] for c in names))).mappings().one())
        for name, names in columns.items()
    }


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")
@pytest.mark.parametrize("start", ["0001", "0002", "0003"])
def test_what_an_older_release_wrote_is_there_after_the_migration(stores: list[Store], start: str) -> None:
    store = stores[0]
    migrate.upgrade(store, to=start)
    written = store.run_now(a_row_in_each_table)
    assert len(written) > 10
    migrate.upgrade(store)
    assert migrate.is_current(store)
    assert store.run_now(rows_of, written) == written
    assert store.run_now(cases.load, 1).reference == "x"
    assert store.run_now(conversations.load, 1).person == "x"
    assert store.run_now(transcript.load, 1).text == "x"


def test_migrations_make_exactly_the_tables_of_the_code(stores: list[Store]) -> None:
    migrate.upgrade(stores[0])
    with stores[0].engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": include_name})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("start", [None, "0001"])
def test_processes_that_start_at_once_migrate_once(stores: list[Store], start: str | None) -> None:
    if start:
        migrate.upgrade(stores[0], to=start)
    with ThreadPoolExecutor(len(stores)) as threads:
        list(threads.map(migrate.upgrade, stores))
    assert all(map(migrate.is_current, stores))


def work(url: str, until: Event) -> int:
    """Transactions as a release without patience does them, in another order than the migrations."""
    engine = create_engine(url, future=True, poolclass=NullPool)
    done = 0
    while not until.wait(0.03):
        with engine.begin() as connection:
            for table in ("outbox", "messages", "conversations"):
                connection.exec_driver_sql(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
                connection.exec_driver_sql("SELECT pg_sleep(0.01)")
        done += 1
    return done


@pytest.mark.servers
def test_nobody_at_work_is_ended_by_a_migration(postgres: servers.Postgres) -> None:
    with postgres.fresh(migrated=False) as url, ThreadPoolExecutor(3) as threads:
        store = Store(url)
        migrate.upgrade(store, to="0001")
        migrated = Event()
        working = [threads.submit(work, url, migrated) for _ in range(3)]
        try:
            migrate.upgrade(store)
        finally:
            migrated.set()
        assert all(each.result() for each in working)
        assert migrate.is_current(store)
        store.close()


def test_an_older_release_goes_on_with_the_tables_of_a_newer_one(stores: list[Store]) -> None:
    store = stores[0]
    migrate.upgrade(store)
    store.run_now(be_of_the_next_release)
    migrate.upgrade(store)
    assert migrate.is_current(store)
    assert store.run_now(revision) == "9999"
    assert store.run_now(agents.count) == 0


def test_tables_of_an_older_release_are_not_current(stores: list[Store]) -> None:
    store = stores[0]
    assert not migrate.is_current(store)
    migrate.upgrade(store, to="0001")
    assert not migrate.is_current(store)
