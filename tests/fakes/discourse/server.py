"""The HTTP side of the fake."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from datetime import timedelta
from itertools import count

import aiohttp
from aiohttp import web
from typing_extensions import Self

from tests.fakes.discourse.errors import LIMIT, NOT_PERMITTED, Answer, Hang, errors, failure, slow_down
from tests.fakes.discourse.forum import NOT_FOUND, PRIVATE, REGULAR, Forum, Json, Rejected, Topic, Written

# How often a webhook is tried again (MAX_RETRY_COUNT); the minutes between are left out.
RETRIES = 4


class FakeDiscourse(Forum):
    """The forum as programs see it; `calls` are those to its API, `tries` those of its webhook."""

    def __init__(self, *, token: str, username: str, secret: str) -> None:
        super().__init__(username)
        self.calls: list[str] = []
        self.tries = 0
        self._token, self._secret = token, secret
        self._webhook = ""
        self._left: int | None = None
        self._held: list[tuple[str, bytes]] | None = None
        self._events = count(1)
        self._faults: list[Answer | Hang] = []
        self._memoized: dict[str, Written] = {}
        self._news = asyncio.Condition()
        self._closing = asyncio.Event()
        app = web.Application()
        app.add_routes(
            [
                web.get("/session/current.json", self._me),
                web.post("/posts.json", self._create),
                web.get("/posts.json", self._latest),
                web.get("/private-posts.json", self._private),
                web.get("/posts/{id}.json", self._show),
                web.get("/t/{id}.json", self._topic),
                web.get("/search.json", self._search),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What the channel takes as `base_url`."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def posts_to(self, url: str) -> None:
        """What happens is posted there from now on."""
        self._webhook = url

    def fails(self, *faults: Answer | Hang) -> None:
        """The next calls go wrong."""
        self._faults.extend(faults)

    def allows(self, calls: int) -> None:
        """So many calls are left to all keys together in this minute."""
        self._left = calls

    def revokes(self) -> None:
        """The account's key holds no longer."""
        self._token = ""

    def forges(self) -> None:
        """Webhooks are signed with another secret from now on."""
        self._secret = "another-secret"

    def holds(self) -> None:
        """Webhooks wait."""
        self._held = []

    async def releases(self, *, backwards: bool = False) -> None:
        """Those that waited are sent, perhaps the last one first."""
        held, self._held = self._held or [], None
        for event, body in reversed(held) if backwards else held:
            await self._deliver(event, body)

    async def says(
        self,
        raw: str,
        *,
        topic: Topic,
        who: str = "ann",
        answers: int | None = None,
        times: int = 1,
    ) -> Written:
        """Somebody writes; the webhook gets it so many times."""
        post = self.write(topic, who, raw, answers)
        for _ in range(times):
            await self._tell("post_created", post)
        return post

    async def edits(self, post: Written, raw: str, *, after: timedelta = timedelta(hours=1)) -> None:
        """Somebody changes what he wrote; in the first minutes that is no new version."""
        post.raw, post.updated = raw, post.created + after
        post.version += after > timedelta(minutes=5)
        await self._tell("post_edited", post)

    async def deletes(self, post: Written) -> None:
        """Somebody takes back what he wrote."""
        post.raw, post.deleted, post.updated = "(post deleted by author)", True, self.now
        post.version += 1
        await self._tell("post_edited", post)
        await self._tell("post_destroyed", post)

    async def sent_count(self, number: int, timeout: float = 5.0) -> None:
        """Wait until the account has posted so often."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: len(self.sent) >= number), timeout)

    async def _tell(self, event: str, post: Written) -> None:
        body = json.dumps({"post": self.serialized(post, webhook=True)}).encode()
        if self._held is not None:
            self._held.append((event, body))
        elif self._webhook:
            await self._deliver(event, body)

    async def _deliver(self, event: str, body: bytes) -> None:
        """Try, and again where the answer is neither a success nor 404 or 410."""
        headers = {
            "Content-Type": "application/json",
            "X-Discourse-Instance": self.base_url,
            "X-Discourse-Event-Id": str(next(self._events)),
            "X-Discourse-Event-Type": "post",
            "X-Discourse-Event": event,
            "X-Discourse-Event-Signature": "sha256="
            + hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest(),
        }
        async with aiohttp.ClientSession() as session:
            for _ in range(1 + RETRIES):
                self.tries += 1
                async with session.post(self._webhook, data=body, headers=headers) as answer:
                    if answer.ok or answer.status in (404, 410):
                        return

    async def _me(self, request: web.Request) -> web.Response:
        me = {"id": 9, "username": self.username, "admin": self.admin, "moderator": False}
        return self._refusal(request) or web.json_response({"current_user": me})

    async def _create(self, request: web.Request) -> web.Response:
        if refused := self._refusal(request):
            return refused
        asked: Json = await request.json()
        signature = json.dumps(asked, sort_keys=True)
        try:
            post = self._memoized.get(signature) or self.take(asked)
        except Rejected as error:
            return web.json_response({"action": "create_post", "errors": [str(error)]}, status=422)
        self._memoized[signature] = post
        async with self._news:
            self._news.notify_all()
        if self._faults and isinstance(self._faults[0], Hang):
            self._faults.pop(0)
            await self._closing.wait()
        if self.moderated:
            return web.json_response({"success": True, "action": "enqueued", "pending_post": {"id": 1}})
        await self._tell("post_created", post)
        return web.json_response(self.serialized(post, webhook=False))

    async def _latest(self, request: web.Request) -> web.Response:
        return self._refusal(request) or self._page(request, "latest_posts", REGULAR)

    async def _private(self, request: web.Request) -> web.Response:
        return self._refusal(request) or self._page(request, "private_posts", PRIVATE)

    def _page(self, request: web.Request, name: str, archetype: str) -> web.Response:
        posts = self.visible(archetype, int(request.query.get("before", 10**9)))
        return web.json_response({name: [self.serialized(post, webhook=False) for post in posts]})

    async def _show(self, request: web.Request) -> web.Response:
        if refused := self._refusal(request):
            return refused
        number = int(request.match_info["id"])
        found = [post for post in self.posts if post.id == number and not post.deleted]
        if not found:
            return errors(404, NOT_FOUND, "not_found")
        told = self.serialized(found[0], webhook=False)
        return web.json_response({k: v for k, v in told.items() if k not in ("category_id", "topic_title")})

    async def _topic(self, request: web.Request) -> web.Response:
        """A topic, and of a private message whom it is for: people, and apart from them groups."""
        if refused := self._refusal(request):
            return refused
        topic = self.readable(int(request.match_info["id"]))
        if topic is None:
            return errors(403, NOT_PERMITTED, "invalid_access")
        people = [{"id": 7, "username": name} for name in sorted(topic.people - self.groups)]
        details = {"allowed_users": people, "allowed_groups": []} if topic.people else {}
        return web.json_response({"id": topic.id, "title": topic.title, "details": details})

    async def _search(self, request: web.Request) -> web.Response:
        """Words only; `after:` and `order:` are there, and do nothing."""
        if refused := self._refusal(request):
            return refused
        words = [each for each in request.query["q"].lower().split() if ":" not in each]
        found = [post for post in self.visible(REGULAR, 10**9) if all(w in post.raw.lower() for w in words)]
        hits = [{**_hit(self.serialized(post, webhook=False)), "blurb": post.raw[:40]} for post in found]
        topics = [
            {"id": t.id, "title": t.title, "category_id": t.category, "archetype": t.archetype}
            for t in {post.topic.id: post.topic for post in found}.values()
        ]
        return web.json_response({"posts": hits, "topics": topics, "grouped_search_result": {}})

    def _refusal(self, request: web.Request) -> web.Response | None:
        self.calls.append(f"{request.method} {request.path}")
        given = request.headers.get("Api-Key"), request.headers.get("Api-Username")
        if given != (self._token, self.username):
            return errors(403, f"{NOT_PERMITTED} The API username or key is invalid.", "invalid_access")
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                return slow_down(42, {"Retry-After": "42", LIMIT: "admin_api_key_rate_limit"})
        fault = self._faults[0] if self._faults else None
        if isinstance(fault, Answer) and _is_for(request):
            self._faults.remove(fault)
            return failure(fault)
        return None


def _is_for(request: web.Request) -> bool:
    """Faults are not spent on looks for private messages, which come when they like."""
    return not re.fullmatch(r"/private-posts.json|/session/current.json|/t/\d+.json", request.path)


def _hit(post: Json) -> Json:
    return {name: post[name] for name in ("id", "username", "created_at", "post_number", "topic_id")}
