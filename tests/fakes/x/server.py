"""The HTTP side of the fake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiohttp import web
from typing_extensions import Self

from bot.clock import now
from tests.fakes.x.errors import Json, Problem, invalid, used_up
from tests.fakes.x.faults import Drop, Faults, Page
from tests.fakes.x.keys import Keys
from tests.fakes.x.limits import Limits
from tests.fakes.x.people import FakePerson, FakeShop
from tests.fakes.x.posts import FakePost
from tests.fakes.x.webhook import Hook
from tests.fakes.x.world import World

Handler = Callable[[web.Request], Awaitable[Json]]
PAGE = 3


class FakeX(World):
    """X on a free port of loopback, and one app.

    `calls` counts calls by kind. With `is_used_up` nothing is left of what was paid for.
    """

    def __init__(self, *, clock: Callable[[], datetime] = now) -> None:
        super().__init__(clock)
        self.keys = Keys(lambda: self.clock().timestamp())
        self.limits = Limits(lambda: self.clock().timestamp())
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.is_used_up = False
        server = web.Application()
        for method, path, kind, handler in self._routes():
            server.router.add_route(method, path, self._answered(kind, handler))
        self._runner = web.AppRunner(server, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for hook in self.events.hooks.values():
            await hook.stop()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What a channel takes as `base_url`."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def hook(self) -> Hook:
        """The one webhook that there is."""
        return next(iter(self.events.hooks.values()))

    def shop(self, number: str, username: str, *, is_automated: bool = True) -> FakeShop:
        """An account of the brand, with tokens of OAuth 1.0a."""
        token, secret = self.keys.give(number)
        shop = FakeShop(self, number, username, is_automated, token=token, token_secret=secret)
        self.users[number] = shop
        return shop

    def person(self, number: str, username: str, *, is_automated: bool = False) -> FakePerson:
        """A customer."""
        person = FakePerson(self, number, username, is_automated)
        self.users[number] = person
        return person

    def post(
        self, author: Any, text: str, below: FakePost | None = None, quoting: FakePost | None = None
    ) -> FakePost:
        """Somebody posts."""
        return self.add(author, text, below, quoting)

    def _routes(self) -> list[tuple[str, str, str, Handler]]:
        return [
            ("POST", "/2/oauth2/token", "tokens", self._renew),
            ("POST", "/2/tweets", "posts", self._post),
            ("POST", "/2/dm_conversations/with/{id}/messages", "messages", self._write),
            ("GET", "/2/users/me", "me", self._me),
            ("GET", "/2/users/{id}/mentions", "mentions", self._mentions),
            ("GET", "/2/users/{id}/tweets", "timeline", self._timeline),
            ("GET", "/2/tweets/search/recent", "search", self._search),
            ("GET", "/2/dm_events", "past", self._past),
            ("GET", "/2/webhooks", "webhooks", self._hooks),
            ("POST", "/2/webhooks", "webhooks", self._add_hook),
            ("PUT", "/2/webhooks/{id}", "webhooks", self._check_hook),
            ("POST", "/2/webhooks/replay", "replay", self._replay),
            ("GET", "/2/activity/subscriptions", "subscriptions", self._subscriptions),
            ("POST", "/2/activity/subscriptions", "subscriptions", self._subscribe),
            ("GET", "/2/account_activity/webhooks/{id}/subscriptions/all", "all", self._is_told_all),
            ("POST", "/2/account_activity/webhooks/{id}/subscriptions/all", "all", self._tell_all),
        ]

    def _answered(self, kind: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            self.calls[kind] += 1
            fault = self.faults.take(kind)
            headers: dict[str, str] = {}
            try:
                if isinstance(fault, Problem):
                    raise fault
                if isinstance(fault, Page):
                    return web.Response(status=fault.status, text="<html>Bad gateway</html>")
                if fault == Drop(after=False):
                    return _hang_up(request)
                if self.is_used_up and kind in ("posts", "messages", "search"):
                    raise used_up()
                headers = self.limits.take(kind)
                told = await handler(request)
            except Problem as problem:
                return web.json_response(
                    problem.body, status=problem.status, headers={**headers, **problem.headers}
                )
            if isinstance(fault, Drop):
                return _hang_up(request)
            return web.json_response(
                told, status=201 if kind in ("posts", "messages") else 200, headers=headers
            )

        return answer

    def _account(self, request: web.Request) -> FakeShop:
        shop = self.users[self.keys.account(request)]
        assert isinstance(shop, FakeShop)
        return shop

    async def _renew(self, request: web.Request) -> Json:
        return self.keys.renew(dict(await request.post()), request.headers.get("Authorization", ""))

    async def _post(self, request: web.Request) -> Json:
        shop, body = self._account(request), await request.json()
        post = await self.answer(shop, body["text"], body["reply"]["in_reply_to_tweet_id"])
        return {"data": {"id": post.id, "text": post.text}}

    async def _write(self, request: web.Request) -> Json:
        shop, body = self._account(request), await request.json()
        number = await self.write(shop, request.match_info["id"], body["text"])
        return {
            "data": {"dm_conversation_id": f"{shop.id}-{request.match_info['id']}", "dm_event_id": number}
        }

    async def _me(self, request: web.Request) -> Json:
        return {"data": self._account(request).new()}

    async def _mentions(self, request: web.Request) -> Json:
        shop = self._account(request)
        return _page([post for post in self.posts.values() if shop.id in post.mentions.values()], request)

    async def _timeline(self, request: web.Request) -> Json:
        shop = self._account(request)
        return _page([post for post in self.posts.values() if post.author is shop], request)

    async def _search(self, request: web.Request) -> Json:
        """Only what the first brackets hold is searched for, and names of excluded authors."""
        self._account(request)
        query = request.query["query"]
        word, excluded = query[1 : query.index(")")].lower(), query.partition("-from:")[2].split(" ")[0]
        found = [post for post in self.posts.values() if word in post.text.lower()]
        return _page([post for post in found if post.author.username != excluded], request, "next_token")

    async def _past(self, request: web.Request) -> Json:
        shop = self._account(request)
        mine = [dm for dm in self.dms if shop.id in dm["dm_conversation_id"].split("-")][::-1]
        start = int(request.query.get("pagination_token", "0"))
        meta = {"next_token": str(start + PAGE)} if len(mine) > start + PAGE else {}
        people = [user.new() for user in self.users.values()]
        return {"data": mine[start : start + PAGE], "includes": {"users": people}, "meta": meta}

    async def _hooks(self, request: web.Request) -> Json:
        self.keys.app(request)
        return {"data": [hook.json() for hook in self.events.hooks.values()], "meta": {}}

    async def _add_hook(self, request: web.Request) -> Json:
        """Nothing is taken that does not pass its challenge."""
        self.keys.app(request)
        url = (await request.json())["url"]
        if any(hook.url == url for hook in self.events.hooks.values()):
            raise invalid("DuplicateUrlFailed", "a webhook is already registered for this URL")
        hook = Hook(str(next(self._numbers)), url)
        if not await hook.challenge():
            await hook.stop()
            raise invalid("CrcValidationFailed", "the URL did not answer the challenge")
        self.events.hooks[hook.id] = hook
        return {"data": hook.json()}

    async def _check_hook(self, request: web.Request) -> Json:
        self.keys.app(request)
        hook = self.events.hooks[request.match_info["id"]]
        return {"data": {"valid": await hook.challenge()}}

    async def _replay(self, request: web.Request) -> Json:
        self.keys.app(request)
        body = await request.json()
        self.events.replay(body["webhook_id"], body["from_date"], body["to_date"])
        return {"job_id": "1915510368169844736", "created_at": "2026-11-21T12:00:00.000Z"}

    async def _subscriptions(self, request: web.Request) -> Json:
        self.keys.app(request)
        return {"data": self.events.subscriptions, "meta": {}}

    async def _subscribe(self, request: web.Request) -> Json:
        """Private events are told only to who comes with the account's own token of OAuth 2.0."""
        shop, body = self._account(request), await request.json()
        if request.headers["Authorization"].startswith("OAuth ") or body["filter"]["user_id"] != shop.id:
            raise Problem(403, "This event needs a token of OAuth 2.0 of the account itself")
        self.events.subscriptions.append({**body, "subscription_id": str(next(self._numbers))})
        return {"data": self.events.subscriptions[-1]}

    async def _is_told_all(self, request: web.Request) -> Json:
        told = self.events.accounts.get(request.match_info["id"], set())
        return {"data": {"subscribed": self._account(request).id in told}}

    async def _tell_all(self, request: web.Request) -> Json:
        shop, webhook = self._account(request), request.match_info["id"]
        if webhook not in self.events.hooks:
            raise invalid("WebhookIdInvalid", "the webhook was not found")
        self.events.accounts.setdefault(webhook, set()).add(shop.id)
        return {"data": {"subscribed": True}}


def _page(posts: list[FakePost], request: web.Request, name: str = "pagination_token") -> Json:
    """The newest first, a few at a time."""
    since = request.query.get("start_time", "")
    young = [post for post in posts if post.new()["created_at"][:19] >= since[:19]][::-1]
    start = int(request.query.get(name, "0"))
    shown = young[start : start + PAGE]
    meta = {"next_token": str(start + PAGE)} if len(young) > start + PAGE else {}
    includes: dict[str, list[Json]] = {"users": [], "tweets": []}
    for post in shown:
        for key, values in post.includes().items():
            includes[key] += values
    return {
        "data": [post.new() for post in shown],
        "includes": includes,
        "meta": {**meta, "result_count": len(shown)},
    }


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
