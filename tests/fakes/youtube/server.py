"""The HTTP side of the fake."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web
from typing_extensions import Self

from tests.fakes.youtube.errors import ApiError, Json
from tests.fakes.youtube.faults import Drop, Faults, Page, Refuse, Slow
from tests.fakes.youtube.people import Person, Wall, Written
from tests.fakes.youtube.units import Units

FAULT: web.RequestKey[object] = web.RequestKey("fault", object)
OWNER = "UCnimbea" + "0" * 16
CLIENT, SECRET, REFRESH_TOKEN = "client.example", "made-up-secret", "made-up-refresh-token"
# As many replies as come along with their thread.
ALONG = 5
LONGEST = 10_000

Handler = Callable[[web.Request], Awaitable[Json]]


class FakeYouTube:
    """A server on a free port of loopback, with one channel and the comments below its videos.

    `calls` counts calls by kind, `tokens` those for an access token.
    """

    def __init__(self, clock: Callable[[], datetime], *, daily: int = 10_000) -> None:
        self.clock = clock
        self.units = Units(daily, clock)
        self.wall = Wall(clock)
        self.owner = Person(self.wall, OWNER, "@nimbea")
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.queries: list[dict[str, str]] = []
        self.lasts = 3600
        self._people = 0
        self._good: dict[str, datetime] = {}
        self._revoked = False
        server = web.Application()
        server.router.add_post("/token", self._token)
        server.router.add_get("/youtube/v3/channels", self._on("channels", self._channels))
        server.router.add_get("/youtube/v3/commentThreads", self._on("commentThreads", self._threads))
        server.router.add_get("/youtube/v3/comments", self._on("comments", self._comments))
        server.router.add_post("/youtube/v3/comments", self._on("insert", self._insert))
        self._runner = web.AppRunner(server, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def options(self) -> dict[str, str]:
        """What a channel takes to talk to this server."""
        url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return {"base_url": f"{url}/youtube/v3", "token_url": f"{url}/token"}

    def person(self, name: str = "@ann") -> Person:
        """Somebody with a channel; without a name of it, where his account is gone."""
        self._people += 1
        return Person(self.wall, f"UC{self._people:022d}" if name else "", name)

    def written_below(self, top: str) -> list[str]:
        """What our channel wrote below a comment."""
        return [each.text for each in self.wall.threads[top].replies if each.author == self.owner]

    def revoke(self) -> None:
        """The owner takes the permission back."""
        self._revoked = True
        self._good.clear()

    def expire(self) -> None:
        """Every access token ends before its time."""
        self._good.clear()

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.calls["token"] += 1
        form = dict(await request.post())
        early = await self._met("token", request)
        if early:
            return early
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("refresh_token") != REFRESH_TOKEN or self._revoked:
            said = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            return web.json_response(said, status=400)
        token = f"made-up-access-{self.calls['token']}"
        self._good[token] = self.clock() + timedelta(seconds=self.lasts)
        return web.json_response({"access_token": token, "expires_in": self.lasts, "token_type": "Bearer"})

    def _on(self, call: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            self.calls[call] += 1
            self.queries.append(dict(request.query))
            try:
                self._authenticate(request)
                early = await self._met(call, request)
                if early:
                    return early
                self.units.use(call)
                said = await handler(request)
            except ApiError as error:
                return web.json_response(error.body(), status=error.status)
            return await self._on_its_way(request, said)

        return answer

    def _authenticate(self, request: web.Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._good or self.clock() >= self._good[token]:
            raise ApiError(401, "authError")

    async def _met(self, call: str, request: web.Request) -> web.StreamResponse | None:
        """The answer to a call that is not carried out; other faults wait for it on its way back."""
        fault = self.faults.take(call)
        if isinstance(fault, Refuse):
            headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
            body = ApiError(fault.status, fault.reason).body()
            return web.json_response(body, status=fault.status, headers=headers)
        if isinstance(fault, Page):
            return web.Response(status=fault.status, text=fault.text, content_type="text/html")
        if fault == Drop(after=False):
            return _hang_up(request)
        request[FAULT] = fault
        return None

    async def _on_its_way(self, request: web.Request, said: Json) -> web.StreamResponse:
        fault = request[FAULT]
        if isinstance(fault, Drop):
            return _hang_up(request)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        return web.json_response(said)

    async def _channels(self, request: web.Request) -> Json:
        snippet = {"title": "Nimbéa", "customUrl": self.owner.name}
        return {"items": [{"kind": "youtube#channel", "id": self.owner.id, "snippet": snippet}]}

    async def _threads(self, request: web.Request) -> Json:
        if request.query.get("allThreadsRelatedToChannelId") != self.owner.id:
            raise ApiError(404, "channelNotFound")
        threads, token = _page(self.wall.newest(), request)
        return {"items": [self._thread(top, request) for top in threads], **token}

    def _thread(self, top: Written, request: web.Request) -> Json:
        read = request.query.get("textFormat", "html")
        snippet = {
            "channelId": self.owner.id,
            "videoId": top.video,
            "topLevelComment": top.told(self.owner.id, read),
            "canReply": True,
            "totalReplyCount": len(top.replies),
            "isPublic": True,
        }
        along = [each.told(self.owner.id, read) for each in top.replies[:ALONG]]
        replies = {"replies": {"comments": along}} if along else {}
        return {"kind": "youtube#commentThread", "etag": "e", "id": top.id, "snippet": snippet, **replies}

    async def _comments(self, request: web.Request) -> Json:
        read = request.query.get("textFormat", "html")
        if "id" in request.query:
            found = self.wall.find(request.query["id"])
            return {"items": [found.told(self.owner.id, read)] if found else []}
        top = self.wall.threads.get(request.query.get("parentId", ""))
        if top is None:
            raise ApiError(404, "commentNotFound")
        replies, token = _page(top.replies, request)
        return {"items": [each.told(self.owner.id, read) for each in replies], **token}

    async def _insert(self, request: web.Request) -> Json:
        snippet = (await request.json())["snippet"]
        if len(snippet["textOriginal"]) > LONGEST:
            raise ApiError(400, "commentTextTooLong")
        written = self.wall.answer(self.owner, snippet["parentId"], snippet["textOriginal"], timedelta())
        return written.told(self.owner.id, "html")


def _page(found: list[Written], request: web.Request) -> tuple[list[Written], Json]:
    begin, size = int(request.query.get("pageToken", "0")), int(request.query.get("maxResults", "20"))
    end = begin + size
    return found[begin:end], {"nextPageToken": str(end)} if end < len(found) else {}


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
