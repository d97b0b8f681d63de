"""A web server where Rasa would be: it answers as told, thinks, dies and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

ANSWER = {
    "reading": {
        "intent": "question_pet",
        "register": "question",
        "topic": "pet",
        "confidence": 0.9,
        "language": None,
        "entities": [{"name": "flight_number", "value": "NB204"}],
        "ranking": [{"intent": "question_pet", "confidence": 0.9}],
        "registers": {"question": 0.95},
    },
    "replies": [{"text": "Oui.", "name": "utter_question_pet", "buttons": [{"title": "a", "payload": "/b"}]}],
}


class PaperRasa:
    """Answers `body` with `status`.

    While `thinking` is not set it answers no turn; while `awake` is not set it says nothing at all.
    """

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, ANSWER, list[Any]()
        self.thinking = asyncio.Event()
        self.thinking.set()
        self.awake = asyncio.Event()
        self.awake.set()
        # The most turns that were under way together.
        self.most = 0
        self._under_way = 0
        self._port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is, also while it is dead."""
        return f"http://127.0.0.1:{self._port}"

    async def lives(self) -> None:
        """Start; a second time at the same address."""
        app = web.Application()
        app.router.add_get("/webhooks/relais/", self._health)
        app.router.add_post("/webhooks/relais/webhook", self._webhook)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def dies(self) -> None:
        """Leave nothing at its address; turns under way get no answer."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _health(self, _: web.Request) -> web.Response:
        await self.awake.wait()
        return web.json_response({}, status=self.status)

    async def _webhook(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            await self.thinking.wait()
            await self.awake.wait()
        finally:
            self._under_way -= 1
        return web.json_response(self.body, status=self.status)


@asynccontextmanager
async def paper_rasa() -> AsyncIterator[PaperRasa]:
    """One that lives until the end."""
    built = PaperRasa()
    await built.lives()
    try:
        yield built
    finally:
        built.thinking.set()
        built.awake.set()
        await built.dies()
