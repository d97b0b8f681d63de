"""The outline of an instance, for what mastodon_mock does otherwise than an instance, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]
CLOSE = b""


class PaperInstance:
    """Says what it is told to: notifications, threads, and what comes on the stream."""

    def __init__(self) -> None:
        self.url = ""
        self.me: Json = {"id": "1", "username": "shop", "acct": "shop", "bot": True}
        self.application = "Relais"
        self.streaming: str | None = None
        self.notifications: list[Json] = []
        self.own: list[Json] = []
        # What others say, in the order of its numbers: found by a search and under a hashtag alike.
        self.posts: list[Json] = []
        self.asked: list[str] = []
        self.contexts: dict[str, Json] = {}
        self.marker = ""
        self.calls: Counter[str] = Counter()
        # Answers in place of the usual ones: path to status, headers and body.
        self.refusals: dict[str, tuple[int, Mapping[str, str], str]] = {}
        self._streams: list[asyncio.Queue[bytes]] = []
        self._changed = asyncio.Condition()

    async def push(self, name: str, data: Any) -> None:
        """Let something happen, on every stream."""
        text = data if isinstance(data, str) else json.dumps(data)
        await self.write(f"event: {name}\ndata: {text}\n\n".encode())

    async def write(self, piece: bytes) -> None:
        """Write to every stream, once there is one; nothing closes them."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._streams))
        for stream in self._streams:
            stream.put_nowait(piece)

    async def called(self, path: str, times: int) -> None:
        """Wait until a path has been asked so often."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.calls[path] >= times)

    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        return [
            web.get("/api/v1/accounts/verify_credentials", self._who),
            web.get("/api/v1/apps/verify_credentials", self._program),
            web.get("/api/v2/instance", self._instance),
            web.get("/api/v1/notifications", self._notifications),
            web.get("/api/v1/accounts/1/statuses", self._own),
            web.get("/api/v1/statuses/{id}/context", self._context),
            web.get("/api/v2/search", self._search),
            web.get("/api/v1/timelines/tag/{tag}", self._tag),
            web.get("/api/v1/markers", self._marker),
            web.post("/api/v1/markers", self._mark),
            web.get("/api/v1/streaming/user", self._stream),
        ]

    @web.middleware
    async def count(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Count a call, and refuse it where it is to be."""
        refusal = self.refusals.get(request.path)
        if refusal:
            status, headers, text = refusal
            answer: web.StreamResponse = web.Response(status=status, headers=headers, text=text)
        elif request.path.endswith("/streaming/user"):  # which is not over soon
            await self._counted(request)
            return await self._stream(request)
        else:
            answer = await handler(request)
        await self._counted(request)
        return answer

    async def _counted(self, request: web.Request) -> None:
        async with self._changed:
            self.calls[request.path] += 1
            self._changed.notify_all()

    async def _who(self, request: web.Request) -> web.Response:
        return web.json_response(self.me)

    async def _program(self, request: web.Request) -> web.Response:
        return web.json_response({"name": self.application})

    async def _instance(self, request: web.Request) -> web.Response:
        return web.json_response({"configuration": {"urls": {"streaming": self.streaming}}})

    async def _notifications(self, request: web.Request) -> web.Response:
        return _page(self.notifications, request)

    async def _own(self, request: web.Request) -> web.Response:
        return _page(self.own, request)

    async def _search(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.query['type']}: {request.query['q']}")
        found = json.loads(_page(self.posts, request).text or "[]")
        return web.json_response({"accounts": [], "statuses": found, "hashtags": []})

    async def _tag(self, request: web.Request) -> web.Response:
        self.asked.append(f"#{request.match_info['tag']}")
        return _page(self.posts, request)

    async def _context(self, request: web.Request) -> web.Response:
        context = self.contexts.get(request.match_info["id"])
        if context is None:
            return web.json_response({"error": "Record not found"}, status=404)
        return web.json_response({"ancestors": [], "descendants": [], **context})

    async def _marker(self, request: web.Request) -> web.Response:
        return web.json_response({"notifications": {"last_read_id": self.marker}} if self.marker else {})

    async def _mark(self, request: web.Request) -> web.Response:
        self.marker = (await request.json())["notifications"]["last_read_id"]
        return web.json_response({})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        pieces: asyncio.Queue[bytes] = asyncio.Queue()
        async with self._changed:
            self._streams.append(pieces)
            self._changed.notify_all()
        try:
            while piece := await pieces.get():
                await answer.write(piece)
        finally:
            self._streams.remove(pieces)
        return answer


@asynccontextmanager
async def paper_instance() -> AsyncIterator[PaperInstance]:
    """Run one."""
    instance = PaperInstance()
    app = web.Application(middlewares=[instance.count])
    app.add_routes(instance.routes())
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    instance.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield instance
    finally:
        await runner.cleanup()


def status(number: str, text: str = "hi", **more: Any) -> Json:
    """A status of Ann that mentions us."""
    return {
        "id": number,
        "account": {"id": "77", "acct": "ann@other.example", "username": "ann", "display_name": "Ann"},
        "created_at": "2026-11-01T10:00:00.000Z",
        "content": f"<p>@shop {text}</p>",
        "visibility": "public",
        "mentions": [{"id": "1", "acct": "shop", "username": "shop", "url": "https://shop.example/@shop"}],
        **more,
    }


def mention(number: str, status: Json, **more: Any) -> Json:
    """The notification of it."""
    return {
        "id": number,
        "type": "mention",
        "created_at": "2026-11-01T10:00:00.000Z",
        "account": status["account"],
        "status": status,
        **more,
    }


def _page(things: list[Json], request: web.Request) -> web.Response:
    after = request.query.get("min_id")
    limit = min(int(request.query["limit"]), 3)
    before = request.query.get("max_id")
    if before is not None:
        things = [each for each in things if _order(each["id"]) < _order(before)]
    if after is None:
        return web.json_response(things[::-1][:limit])
    above = [each for each in things if _order(each["id"]) > _order(after)]
    return web.json_response(above[:limit][::-1])


def _order(number: str) -> tuple[int, str]:
    return len(number), number
