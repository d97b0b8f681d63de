"""The HTTP side of the fake."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping

from aiohttp import web
from typing_extensions import Self

from tests.fakes.bluesky.accounts import Account, Sessions
from tests.fakes.bluesky.chat import Chat
from tests.fakes.bluesky.errors import Json, XrpcError
from tests.fakes.bluesky.faults import Answer, Drop, Fault, Faults, Hang
from tests.fakes.bluesky.limits import Limited, Limits
from tests.fakes.bluesky.network import Network
from tests.fakes.bluesky.people import FakePerson

CHAT_PROXY = "did:web:api.bsky.chat#bsky_chat"
PASSWORD = "made-up-pass-word"
Method = Callable[[Account, Json, web.Request], Json | None]


class Bluesky:
    """A server on a free port of loopback; `calls` counts by method.

    Without `chat_proxy` it knows no chat. `clock` gives seconds since 1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, chat_proxy: str = CHAT_PROXY) -> None:
        self.accounts: dict[str, Account] = {}
        self.sessions = Sessions(self.accounts, clock)
        self.network = Network(self.accounts, clock)
        self.chat = Chat(self.accounts, clock)
        self.limits = Limits(clock)
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self._chat_proxy = chat_proxy
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/xrpc/{method}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        self._questions, self._orders = self._methods()

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._runner.addresses[0][1])

    @property
    def base_url(self) -> str:
        """What a channel takes as `base_url`."""
        return f"http://127.0.0.1:{self.port}"

    def person(self, name: str, *, password: str = "", chat: bool = True) -> FakePerson:
        """Somebody with an account; the same each time for one name."""
        did = f"did:plc:{name}"
        if did not in self.accounts:
            account = Account(did=did, handle=f"{name}.bsky.example", name=name.title())
            account.passwords |= {password} if password else set()
            account.chat_passwords |= {password} if password and chat else set()
            self.accounts[did] = account
        return FakePerson(self, self.accounts[did])

    def shop(self, *, chat: bool = True) -> FakePerson:
        """The brand's account, with an app password."""
        return self.person("shop", password=PASSWORD, chat=chat)

    def _methods(self) -> tuple[Mapping[str, Method], Mapping[str, Method]]:
        network, chat = self.network, self.chat
        questions: dict[str, Method] = {
            "com.atproto.repo.getRecord": lambda me, query, request: network.record(query),
            "com.atproto.repo.listRecords": lambda me, query, request: network.records(query),
            "com.atproto.identity.resolveHandle": lambda me, query, request: self._resolve(query),
            "app.bsky.actor.getProfile": lambda me, query, request: self.accounts[query["actor"]].view(me),
            "app.bsky.notification.listNotifications": lambda me, query, request: network.notifications(
                query, request.query.getall("reasons", []), me
            ),
            "app.bsky.feed.getPosts": lambda me, query, request: network.views(
                request.query.getall("uris", []), me
            ),
            "app.bsky.feed.searchPosts": lambda me, query, request: network.search(query, me),
            "chat.bsky.convo.getLog": lambda me, query, request: chat.log(me, query),
            "chat.bsky.convo.listConvos": lambda me, query, request: chat.list(me, query),
            "chat.bsky.convo.getConvo": lambda me, query, request: {
                "convo": chat.of(me, query["convoId"]).view(me)
            },
            "chat.bsky.convo.getMessages": lambda me, query, request: chat.messages(me, query),
            "chat.bsky.convo.getConvoForMembers": lambda me, query, request: chat.members(
                me, request.query.getall("members", [])
            ),
        }
        orders: dict[str, Method] = {
            "com.atproto.repo.createRecord": lambda me, body, request: network.create(me, body),
            "app.bsky.notification.updateSeen": lambda me, body, request: self._see(me, body),
            "chat.bsky.convo.sendMessage": lambda me, body, request: chat.say(
                me, body["convoId"], body["message"]
            ),
            "chat.bsky.convo.acceptConvo": lambda me, body, request: chat.accept(me, body["convoId"]),
            "chat.bsky.convo.updateRead": lambda me, body, request: chat.read(
                me, body["convoId"], body["messageId"]
            ),
        }
        return questions, orders

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls[method] += 1
        fault = self.faults.take(method)
        early = _instead(fault, request)
        if early is not None:
            return early
        headers: dict[str, str] = {}
        try:
            headers = self.limits.spend(method)
            told = await self._carry_out(method, request)
            answer = (
                web.Response(headers=headers) if told is None else web.json_response(told, headers=headers)
            )
        except Limited as limited:
            answer = web.json_response(limited.error.body(), status=429, headers=limited.headers)
        except XrpcError as error:
            answer = web.json_response(error.body(), status=error.status, headers=headers)
        return await self._afterwards(fault, request, answer)

    async def _carry_out(self, method: str, request: web.Request) -> Json | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body: Json = await request.json() if request.can_read_body else {}
        if method == "com.atproto.server.createSession":
            return self.sessions.create(body)
        if method == "com.atproto.server.refreshSession":
            return self.sessions.refresh(token)
        is_chat = method.startswith("chat.")
        if is_chat and request.headers.get("atproto-proxy") != self._chat_proxy:
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        me = self.sessions.account(token, chat=is_chat)
        known = self._questions if request.method == "GET" else self._orders
        if method not in known:
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        given = dict(request.query) if request.method == "GET" else body
        return known[method](me, given, request)

    async def _afterwards(
        self, fault: Fault | None, request: web.Request, answer: web.Response
    ) -> web.StreamResponse:
        if isinstance(fault, Answer):
            return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
        if isinstance(fault, Drop):
            return _hang_up(request)
        if isinstance(fault, Hang):
            await self._closing.wait()
        return answer

    def _resolve(self, query: Json) -> Json:
        for account in self.accounts.values():
            if account.handle == query["handle"]:
                return {"did": account.did}
        raise XrpcError(400, "HandleNotFound", "Unable to resolve handle")

    def _see(self, me: Account, body: Json) -> None:
        me.seen_at = str(body["seenAt"])


def _instead(fault: Fault | None, request: web.Request) -> web.Response | None:
    """The answer to a call that is not carried out."""
    if isinstance(fault, Answer) and not fault.after:
        return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
    return _hang_up(request) if fault == Drop(after=False) else None


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
