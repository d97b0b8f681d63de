"""What every process tells of itself: that it lives, that it is ready, and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.assistant.port import Assistant
from bot.clock import Clock, now
from bot.gauges import Gauges
from bot.store import accounts, migrate
from bot.store.backlog import backlog
from bot.store.store import Store

# Set when the process is to stop. From then on it is not ready.
STOPPING = web.AppKey("stopping", asyncio.Event)


class Vitals:
    """Health, readiness and figures.

    `assistant` is None where this process does not ask it; `channels` are the accounts that are
    switched on; `redis` tells whether it is connected, None where none is configured.
    """

    def __init__(
        self,
        store: Store,
        assistant: Assistant | None,
        *,
        channels: Collection[tuple[str, str]] = (),
        redis: Callable[[], bool] | None = None,
        clock: Clock = now,
    ) -> None:
        self._store = store
        self._assistant = assistant
        self._redis = redis
        self._gauges = Gauges(lambda moment: store.read(backlog, moment), channels, clock)

    def routes(self) -> list[web.RouteDef]:
        """What is answered in every process."""
        return [
            web.get("/health", self.health),
            web.get("/ready", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def health(self, _: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """What this process needs is there; messages are accepted even without the assistant.

        `missing` names what is not. Redis and accounts are told of only: everything goes on
        without the one, and without those of the others that are stopped.
        """
        needed = {"database": await self._has_database()}
        if self._assistant:
            needed["assistant"] = await self._assistant.ready()
        stopping = request.app[STOPPING].is_set()
        ready = all(needed.values()) and not stopping
        told = {
            "ready": ready,
            "stopping": stopping,
            "missing": [name for name, there in needed.items() if not there],
            **needed,
            "redis": self._redis_state(),
            "stopped_accounts": await self._stopped_accounts() if needed["database"] else None,
        }
        return web.json_response(told, status=200 if ready else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Figures for Prometheus."""
        await self._gauges.refresh()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _has_database(self) -> bool:
        try:
            return await asyncio.to_thread(migrate.is_current, self._store)
        except SQLAlchemyError:
            return False

    async def _stopped_accounts(self) -> list[str] | None:
        try:
            stopped = await self._store.read(accounts.stopped)
        except SQLAlchemyError:
            return None
        return [f"{each.channel}/{each.account}" for each in stopped]

    def _redis_state(self) -> str:
        if self._redis is None:
            return "not configured"
        return "connected" if self._redis() else "away"
