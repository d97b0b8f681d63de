from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.assistant.port import Assistant
from bot.assistant.scripted import Scripted
from bot.errors import AssistantUnavailable
from bot.metrics import EVENTS
from bot.store import accounts, migrate
from bot.store.accounts import AccountState
from bot.store.store import Store
from bot.vitals import STOPPING, Vitals

Client = TestClient[web.Request, web.Application]

READY = {
    "ready": True,
    "stopping": False,
    "missing": [],
    "database": True,
    "assistant": True,
    "redis": "not configured",
    "stopped_accounts": [],
}
NOON = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)


class Process:
    """A process that tells of itself."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.assistant = Scripted({})
        self.stopping = asyncio.Event()

    def client(self, assistant: Assistant | None, redis: Callable[[], bool] | None = None) -> Client:
        app = web.Application()
        app[STOPPING] = self.stopping
        app.add_routes(Vitals(self.store, assistant, redis=redis).routes())
        return TestClient(TestServer(app))


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    store = Store(f"sqlite:///{tmp_path / 'relais.db'}")
    migrate.upgrade(store)
    yield Process(store)
    store.close()


async def test_ready_tells_that_the_assistant_is_not_there_yet(process: Process) -> None:
    async with process.client(process.assistant) as client:
        response = await client.get("/ready")
        assert (response.status, await response.json()) == (200, READY)
        process.assistant.failing = AssistantUnavailable("loading")
        response = await client.get("/ready")
        unready = {"ready": False, "missing": ["assistant"], "assistant": False}
        assert (response.status, await response.json()) == (503, {**READY, **unready})
        assert (await client.get("/health")).status == 200


async def test_who_does_not_ask_the_assistant_is_ready_without(process: Process) -> None:
    async with process.client(None) as client:
        response = await client.get("/ready")
        assert response.status == 200
        assert "assistant" not in await response.json()


async def test_a_database_that_is_away_or_of_an_older_release_is_told(
    process: Process, tmp_path: Path
) -> None:
    process.store = Store(f"sqlite:///{tmp_path}")
    async with process.client(None) as client:
        response = await client.get("/ready")
        told = await response.json()
        assert (response.status, told["missing"], told["stopped_accounts"]) == (503, ["database"], None)
    process.store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    async with process.client(None) as client:
        assert (await client.get("/ready")).status == 503


async def test_who_is_told_to_stop_is_not_ready_and_lives(process: Process) -> None:
    async with process.client(process.assistant) as client:
        process.stopping.set()
        response = await client.get("/ready")
        told = await response.json()
        assert (response.status, told["stopping"], told["missing"]) == (503, True, [])
        assert (await client.get("/health")).status == 200


async def test_accounts_that_are_stopped_and_redis_are_told_of_and_keep_nobody_from_being_ready(
    process: Process,
) -> None:
    stopped = AccountState(channel="fake", account="main", state="stopped", reason="", since=NOON)
    await process.store.run(accounts.put, stopped)
    for connected, state in ((True, "connected"), (False, "away")):
        async with process.client(process.assistant, redis=partial(bool, connected)) as client:
            response = await client.get("/ready")
            told = {**READY, "redis": state, "stopped_accounts": ["fake/main"]}
            assert (response.status, await response.json()) == (200, told)


async def test_figures_are_served(process: Process) -> None:
    EVENTS.labels(channel="fake", account="main", result="new").inc()
    async with process.client(None) as client:
        text = await (await client.get("/metrics")).text()
    assert 'relais_events_total{account="main",channel="fake",result="new"}' in text
