"""The servers that other tests rely on."""

from __future__ import annotations

import pytest
from redis import Redis

from bot.store import migrate
from bot.store.store import Store
from tests import servers

pytestmark = pytest.mark.servers


def test_a_fresh_database_has_the_newest_tables_and_an_empty_one_has_none(postgres: servers.Postgres) -> None:
    with postgres.fresh() as fresh, postgres.fresh(migrated=False) as empty:
        stores = [Store(fresh), Store(empty)]
        assert [migrate.is_current(store) for store in stores] == [True, False]
        for store in stores:
            store.close()


def test_a_postgres_that_was_killed_comes_back_with_what_it_had() -> None:
    with servers.postgres() as server, server.fresh() as url:
        server.kill()
        server.start()
        store = Store(url)
        assert migrate.is_current(store)
        store.close()


def test_a_redis_that_was_killed_comes_back_empty() -> None:
    with servers.redis() as server, Redis.from_url(server.url) as client:
        client.set("key", "value")
        server.kill()
        server.start()
        assert client.get("key") is None
