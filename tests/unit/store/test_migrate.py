from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import Connection

from bot.store import agents, migrate
from bot.store.store import Store


@pytest.fixture
def stores(database: str) -> Iterator[list[Store]]:
    """Four processes' worth of connections to one database without tables."""
    stores = [Store(database) for _ in range(4)]
    stores[0].run_now(remove_all)
    yield stores
    for store in stores:
        store.close()


def remove_all(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


def be_of_the_next_release(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    connection.exec_driver_sql("ALTER TABLE agents ADD COLUMN nickname TEXT")


def revision(connection: Connection) -> str:
    found: str = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    return found


@pytest.mark.parametrize("start", [None, "0001"])
def test_processes_that_start_at_once_migrate_once(stores: list[Store], start: str | None) -> None:
    if start:
        migrate.upgrade(stores[0], to=start)
    with ThreadPoolExecutor(len(stores)) as threads:
        list(threads.map(migrate.upgrade, stores))
    assert all(map(migrate.is_current, stores))


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
