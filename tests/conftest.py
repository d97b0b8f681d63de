"""What all tests share: the event loop, servers, and databases of both engines.

The loop is Python's own, which the product runs on: aiogram, which Rasa imports, makes uvloop
everybody's event loop unless it is told not to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers

os.environ["DISABLE_UVLOOP"] = "1"


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A PostgreSQL that tests share; each takes a database of its own."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[servers.Redis]:
    """A Redis that tests share; who kills or stops one starts his own."""
    with servers.redis() as server:
        yield server


@pytest.fixture
def redis_url(shared_redis: servers.Redis) -> str:
    """A Redis with nothing in it."""
    shared_redis.empty()
    return shared_redis.url


# The first test that wants a server starts it, which takes seconds on a machine that has other work.
ENGINES = ["sqlite", pytest.param("postgres", marks=[pytest.mark.servers, pytest.mark.timeout(30)])]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own with the newest tables, on each engine in turn."""
    if request.param == "sqlite":
        yield servers.sqlite(tmp_path)
    else:
        server: servers.Postgres = request.getfixturevalue("postgres")
        with server.fresh() as url:
            yield url


@pytest.fixture(params=ENGINES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'relais.db'}"
    else:
        server: servers.Postgres = request.getfixturevalue("postgres")
        with server.fresh(migrated=False) as url:
            yield url
