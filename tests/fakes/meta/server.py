"""The HTTP side of the fake."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from aiohttp import web
from typing_extensions import Self

from tests.fakes.meta.account import FakeAccount
from tests.fakes.meta.errors import GraphError, Json, bad_token, no_such
from tests.fakes.meta.faults import Drop, Fault, Faults, Hang, Page502, Refuse
from tests.fakes.meta.history import posts
from tests.fakes.meta.instagrams import FakeInstagram
from tests.fakes.meta.pages import FakePage
from tests.fakes.meta.webhook import Webhook

VERSION = "v25.0"
APP_SECRET = "app_secret"


class Node(Protocol):
    """What the Graph API knows under one identifier."""

    def facts(self) -> Json:
        """Its fields."""

    async def post(self, edge: str, body: Json) -> Json:
        """A call on one of its edges; raises `GraphError`."""


N = TypeVar("N", bound=Node)


class Meta:
    """A Graph server on a free port of loopback, and one app's webhooks.

    `calls` counts calls by edge (`node` for a look at an account itself, `actions` for signs that
    one types or has seen), `refusals` by code those
    refused of the fake's own accord. `haste` divides the pauses between webhook retries. `clock`
    gives seconds since 1970.
    """

    def __init__(
        self,
        *,
        app: int = 4242,
        secret: str = APP_SECRET,
        haste: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[int] = Counter()
        self.webhook: Webhook | None = None
        self.clock = clock
        self._secret = secret
        self._haste = haste
        self._nodes: dict[str, Node] = {}
        self._tokens: dict[str, set[str]] = {}
        self._closing = asyncio.Event()
        server = web.Application()
        server.router.add_get(f"/{VERSION}/{{node}}", self._look)
        server.router.add_get(f"/{VERSION}/{{node}}/{{edge}}", self._list)
        server.router.add_post(f"/{VERSION}/{{node}}/{{edge}}", self._call)
        self._runner = web.AppRunner(server, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if self.webhook:
            await self.webhook.stop()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What a channel takes as `base_url`."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def page(self, number: str, token: str, name: str = "Shop") -> FakePage:
        """Register a Page and its token."""
        return self.register(number, FakePage(number, name, self.app, self.clock, self.tell), token)

    def instagram(self, number: str, token: str, name: str = "shop") -> FakeInstagram:
        """Register an Instagram account and its token, under `me` too."""
        return self.register(number, FakeInstagram(number, name, self.app, self.clock, self.tell), token)

    def register(self, number: str, node: N, token: str) -> N:
        """Let a token speak for a node, of which one token may have many."""
        self._nodes[number] = node
        self._tokens.setdefault(token, set()).add(number)
        return node

    def also_known_as(self, number: str, node: Node) -> None:
        """Give a node another identifier: an Instagram account is served under its Page's."""
        self._nodes[number] = node

    def revoke(self, token: str) -> None:
        """The token is dead from now on."""
        del self._tokens[token]

    def use_webhook(self, url: str) -> Webhook:
        """Post what happens there from now on."""
        self.webhook = Webhook(url, self._secret, self._haste)
        return self.webhook

    def tell(self, kind: str, entry: Json) -> None:
        """Something happened on an account."""
        if self.webhook:
            self.webhook.tell(kind, entry)

    async def _look(self, request: web.Request) -> web.StreamResponse:
        self.calls["node"] += 1
        return await self._answered("node", request, self._facts(request))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        edge = request.match_info["edge"]
        self.calls[edge] += 1
        return await self._answered(edge, request, self._listed(request, edge))

    async def _listed(self, request: web.Request, edge: str) -> Json:
        self._allowed(request)
        name = request.match_info["node"]
        for account in self._nodes.values():
            if isinstance(account, FakeAccount) and edge == "comments" and name in posts(account):
                return account.past.comments(account, name, request.query)
        node = self._node(request)
        if not isinstance(node, FakeAccount):
            raise no_such(name)
        return node.look(edge, request.query)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        edge = request.match_info["edge"]
        body: Json = await request.json()
        name = "actions" if "sender_action" in body else edge
        self.calls[name] += 1
        return await self._answered(name, request, self._carry_out(request, edge, body))

    async def _facts(self, request: web.Request) -> Json:
        known = self._node(request).facts()
        wanted = request.query.get("fields", "id").split(",")
        return {"id": known["id"], **{name: known[name] for name in wanted if name in known}}

    async def _carry_out(self, request: web.Request, edge: str, body: Json) -> Json:
        self._allowed(request)
        name = request.match_info["node"]
        for account in self._nodes.values():
            if isinstance(account, FakeAccount) and name in account.comments:
                return await account.answer(account.comments[name], edge, body)
        if edge == "subscribed_apps" and self.webhook:
            self.webhook.unsubscribed.discard(name)
        return await self._node(request).post(edge, body)

    def _allowed(self, request: web.Request) -> set[str]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            raise bad_token(token)
        return self._tokens[token]

    def _node(self, request: web.Request) -> Node:
        mine, name = self._allowed(request), request.match_info["node"]
        if name == "me":
            name = min(mine)
        node = self._nodes.get(name)
        if node is None:
            raise no_such(name)
        return node

    async def _answered(
        self, edge: str, request: web.Request, work: Coroutine[Any, Any, Json]
    ) -> web.StreamResponse:
        fault = self.faults.take(edge)
        early = _instead(fault, request)
        if early is not None:
            work.close()
            return early
        try:
            answer = web.json_response(await work)
        except GraphError as error:
            self.refusals[error.code] += 1
            answer = web.json_response(error.body(), status=error.status)
        if isinstance(fault, Drop):
            return _hang_up(request)
        if isinstance(fault, Hang):
            await self._closing.wait()
        return answer


def _instead(fault: Fault | None, request: web.Request) -> web.Response | None:
    """The answer to a call that is not carried out."""
    if isinstance(fault, Refuse):
        error = GraphError(fault.code, f"(#{fault.code}) Ordered", subcode=fault.subcode, status=fault.status)
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        return web.json_response(error.body(), status=fault.status, headers=headers)
    if isinstance(fault, Page502):
        return web.Response(status=fault.status, text="<html>Bad gateway</html>", content_type="text/html")
    return _hang_up(request) if fault == Drop(after=False) else None


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
