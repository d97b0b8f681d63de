"""The web server's edge: webhooks of platforms."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiohttp import web

from bot.channels.base import Channel
from bot.errors import BadPayload, Forged, Stumbled
from bot.inbox import Inbox
from bot.logs import within
from bot.metrics import PAYLOADS
from bot.store.faults import is_away
from bot.unexpected import trail

log = logging.getLogger(__name__)

# Platforms send a few kilobytes; a batch of a thousand Meta events stays below this.
MAX_BODY = 3 * 1024 * 1024
# While the database is away, in seconds.
RETRY_AFTER = "2"

Channels = Mapping[tuple[str, str], Channel]


class Gateway:
    """Takes requests of platforms in."""

    def __init__(self, *, inbox: Inbox, channels: Channels) -> None:
        self._inbox = inbox
        self._channels = channels

    def routes(self) -> list[web.RouteDef]:
        """What the gateway answers."""
        path = "/channels/{channel}/{account}"
        return [web.get(path, self.handshake), web.post(path, self.webhook)]

    async def webhook(self, request: web.Request) -> web.Response:
        """Authenticate, parse, commit, 200: nothing thinks before that."""
        channel = self._channel(request)
        with within(channel=channel.name, account=channel.account):
            return await self._take(channel, request)

    async def _take(self, channel: Channel, request: web.Request) -> web.Response:
        raw_body = await _body(request, channel)
        try:
            channel.authenticate(request.headers, raw_body)
            accepted = await self._inbox.take(channel, raw_body)
        except Exception as error:
            # Whatever failed, the platform is told how to go on.
            raise _refusal(channel, error) from error
        if accepted is None:
            _count(channel, "set_aside")
            return web.json_response({"set_aside": True})
        _count(channel, "accepted")
        return web.json_response({"accepted": accepted.new, "known": accepted.known})

    async def handshake(self, request: web.Request) -> web.Response:
        """Answer a platform's verification."""
        answer = self._channel(request).handshake(request.query)
        if answer is None:
            raise web.HTTPForbidden(text="verification failed\n")
        return web.Response(text=answer)

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


def _refusal(channel: Channel, error: Exception) -> web.HTTPException:
    """What a platform is answered that shall send again (5xx), or better not."""
    if isinstance(error, Forged):
        _count(channel, "forged")
        return web.HTTPUnauthorized(text=f"{error}\n")
    if isinstance(error, BadPayload):
        _count(channel, "bad")
        return web.HTTPBadRequest(text=f"{error}\n")
    if is_away(error):
        _count(channel, "unavailable")
        log.error("the database is away: %s", trail(error))
        return web.HTTPServiceUnavailable(text="try again later\n", headers={"Retry-After": RETRY_AFTER})
    if not isinstance(error, Stumbled):  # which was logged where it happened
        log.error("stumbled over a request: %s", trail(error))
    _count(channel, "failed")
    return web.HTTPInternalServerError(text="try again later\n")


def _count(channel: Channel, result: str) -> None:
    PAYLOADS.labels(channel=channel.name, account=channel.account, result=result).inc()
