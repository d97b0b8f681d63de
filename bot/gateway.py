"""The web server's edge: webhooks of platforms, health, readiness and figures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.assistant.port import Assistant
from bot.channels.base import Channel
from bot.errors import BadPayload, Forged
from bot.inbox import Inbox
from bot.metrics import EVENTS, PAYLOADS
from bot.store import migrate
from bot.store.store import Store

log = logging.getLogger(__name__)

# Platforms send a few kilobytes; a batch of a thousand Meta events stays below this.
MAX_BODY = 3 * 1024 * 1024

Channels = Mapping[tuple[str, str], Channel]


class Gateway:
    """Takes requests of platforms in."""

    def __init__(self, *, store: Store, inbox: Inbox, channels: Channels, assistant: Assistant) -> None:
        self._store = store
        self._inbox = inbox
        self._channels = channels
        self._assistant = assistant

    def routes(self) -> list[web.RouteDef]:
        """What the gateway answers."""
        path = "/channels/{channel}/{account}"
        return [
            web.get("/health", self.health),
            web.get("/ready", self.ready),
            web.get("/metrics", self.metrics),
            web.get(path, self.handshake),
            web.post(path, self.webhook),
        ]

    async def webhook(self, request: web.Request) -> web.Response:
        """Authenticate, parse, commit, 200: nothing thinks before that."""
        channel = self._channel(request)
        raw_body = await _body(request, channel)
        try:
            channel.authenticate(request.headers, raw_body)
            events = channel.parse(raw_body)
        except Forged as error:
            _count(channel, "forged")
            raise web.HTTPUnauthorized(text=f"{error}\n") from error
        except BadPayload as error:
            _count(channel, "bad")
            raise web.HTTPBadRequest(text=f"{error}\n") from error
        accepted = await self._inbox.accept(events)
        for event in events:
            channel.received(event)
        _count(channel, "accepted")
        _count_events(channel, accepted.new, accepted.known, ignored=not events)
        return web.json_response({"accepted": accepted.new, "known": accepted.known})

    async def handshake(self, request: web.Request) -> web.Response:
        """Answer a platform's verification."""
        answer = self._channel(request).handshake(request.query)
        if answer is None:
            raise web.HTTPForbidden(text="verification failed\n")
        return web.Response(text=answer)

    async def health(self, _: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        """What this process needs is there; messages are accepted even without the assistant."""
        database = await asyncio.to_thread(migrate.is_current, self._store)
        assistant = await self._assistant.ready()
        return web.json_response(
            {"database": database, "assistant": assistant},
            status=200 if database and assistant else 503,
        )

    async def metrics(self, _: web.Request) -> web.Response:
        """Figures for Prometheus."""
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _channel(self, request: web.Request) -> Channel:
        key = (request.match_info["channel"], request.match_info["account"])
        channel = self._channels.get(key)
        if channel is None:
            PAYLOADS.labels(channel="", account="", result="unknown_account").inc()
            raise web.HTTPNotFound(text="there is no such account, or it is switched off\n")
        return channel


async def _body(request: web.Request, channel: Channel) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        _count(channel, "too_large")
        raise


def _count(channel: Channel, result: str) -> None:
    PAYLOADS.labels(channel=channel.name, account=channel.account, result=result).inc()


def _count_events(channel: Channel, new: int, known: int, *, ignored: bool) -> None:
    labels = {"channel": channel.name, "account": channel.account}
    EVENTS.labels(result="new", **labels).inc(new)
    EVENTS.labels(result="known", **labels).inc(known)
    EVENTS.labels(result="ignored", **labels).inc(int(ignored))
