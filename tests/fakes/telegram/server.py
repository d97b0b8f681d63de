"""The HTTP side of the fake."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web
from typing_extensions import Self

from tests.fakes.telegram.bots import FakeBot
from tests.fakes.telegram.errors import ApiError, Json
from tests.fakes.telegram.faults import Answer, Drop, Fault, Faults, Hang
from tests.fakes.telegram.flood import Flood, Limits
from tests.fakes.telegram.methods import METHODS

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


class BotApi:
    """A Bot API server on a free port of loopback, for any number of bots.

    `calls` counts calls by method, `refusals` by status those refused of the fake's own accord.
    `limits` switches flood control on. `haste` divides the delays between webhook retries.
    `clock` gives the seconds since 1970 by which messages are dated and floods measured.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        haste: float = 1.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[int] = Counter()
        self._limits = limits
        self._haste = haste
        self._clock = clock
        self._bots: dict[str, FakeBot] = {}
        self._closing = asyncio.Event()
        self._news = asyncio.Condition()
        app = web.Application()
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        self._port = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        for bot in self._bots.values():
            await bot.drop_webhook()
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as `base_url`."""
        return f"http://127.0.0.1:{self._port}/bot"

    def bot(self, token: str, username: str = "shop_bot", *, reads_groups: bool = False) -> FakeBot:
        """Register a bot, as @BotFather does."""
        flood = Flood(self._limits, self._clock)
        bot = FakeBot(token, username, flood, self._clock, self._haste, reads_groups=reads_groups)
        self._bots[token] = bot
        return bot

    def revoke(self, bot: FakeBot) -> None:
        """The token is dead from now on."""
        del self._bots[bot.token]

    async def called(self, method: str, times: int, timeout: float = 5.0) -> None:
        """Wait until a method has been called so many times."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: self.calls[method] >= times), timeout)

    async def _count(self, method: str) -> None:
        self.calls[method] += 1
        async with self._news:
            self._news.notify_all()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        await self._count(method)
        call = await _arguments(request)
        fault = self.faults.take(method)
        if isinstance(fault, Answer):
            return _ordered(fault)
        if fault == Drop(after=False):
            return _hang_up(request)
        answer = await self._answer(request.match_info["token"], method, call)
        return await self._after(fault, request, answer)

    async def _after(
        self, fault: Fault | None, request: web.Request, answer: web.Response
    ) -> web.StreamResponse:
        if isinstance(fault, Drop):
            return _hang_up(request)
        if isinstance(fault, Hang):
            await self._closing.wait()
        return answer

    async def _answer(self, token: str, name: str, call: Json) -> web.Response:
        try:
            method = METHODS.get(name.lower())
            bot = self._bot_of(token)
            if method is None:
                raise ApiError(404, "Not Found: method not found")
            return web.json_response({"ok": True, "result": await method(bot, call)})
        except ApiError as error:
            self.refusals[error.status] += 1
            return web.json_response(error.body(), status=error.status)

    def _bot_of(self, token: str) -> FakeBot:
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token not in self._bots:
            raise ApiError(401, "Unauthorized")
        return self._bots[token]


async def _arguments(request: web.Request) -> Json:
    """Arguments come in the query, as a form or as JSON; a form's values are JSON or bare text."""
    if request.content_type == "application/json":
        body: Json = await request.json()
        return body
    given = {**request.query, **await request.post()}
    return {name: _value(name, value) for name, value in given.items() if isinstance(value, str)}


def _value(name: str, value: str) -> Any:
    if name == "text":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _ordered(fault: Answer) -> web.Response:
    if fault.page is not None:
        return web.Response(status=fault.status, text=fault.page, content_type="text/html")
    parameters = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    error = ApiError(fault.status, fault.description, **parameters)
    return web.json_response(error.body(), status=fault.status)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
