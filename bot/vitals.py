"""What every process tells of itself: that it lives, that it is ready, and its figures."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.assistant.port import Assistant
from bot.store import migrate
from bot.store.store import Store

# Set when the process is to stop. From then on it is not ready.
STOPPING = web.AppKey("stopping", asyncio.Event)


class Vitals:
    """Health, readiness and figures; `assistant` is None where this process does not ask it."""

    def __init__(self, store: Store, assistant: Assistant | None) -> None:
        self._store = store
        self._assistant = assistant

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
        """What this process needs is there; messages are accepted even without the assistant."""
        if request.app[STOPPING].is_set():
            return web.json_response({"stopping": True}, status=503)
        found = {"database": await self._has_database()}
        if self._assistant:
            found["assistant"] = await self._assistant.ready()
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Figures for Prometheus."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _has_database(self) -> bool:
        try:
            return await asyncio.to_thread(migrate.is_current, self._store)
        except SQLAlchemyError:
            return False
