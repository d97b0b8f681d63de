"""The web server's edge: webhooks of platforms."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from aiohttp import web
from msgspec import Struct

from bot.channels.base import Channel
from bot.errors import BadPayload, Forged, Stumbled
from bot.inbox import Accepted, Inbox
from bot.logs import within
from bot.metrics import EVENTS, PAYLOADS
from bot.store.faults import is_away
from bot.unexpected import trail

log = logging.getLogger(__name__)

# Platforms send a few kilobytes; a batch of a thousand Meta events stays below this.
MAX_BODY = 3 * 1024 * 1024
# While the database is away, in seconds.
RETRY_AFTER = "2"

Channels = Mapping[tuple[str, str], Channel]


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a request for one account that it is for.

    `accepted` is None where it was set aside for a human.
    """

    channel: Channel
    accepted: Accepted | None = None
    error: Exception | None = None


class Gateway:
    """Takes requests of platforms in.

    A request is for the account that its address names; where platforms put events of several
    accounts into one, it is offered to all of the family, and each takes its own.
    """

    def __init__(self, *, inbox: Inbox, channels: Channels) -> None:
        self._inbox = inbox
        self._channels = channels

    def routes(self) -> list[web.RouteDef]:
        """What the gateway answers; a place is the name of a channel or of a family."""
        paths = "/channels/{place}/{account}", "/channels/{place}"
        return [
            *(web.get(path, self.handshake) for path in paths),
            *(web.post(path, self.webhook) for path in paths),
        ]

    async def webhook(self, request: web.Request) -> web.Response:
        """Authenticate, parse, commit, 200: nothing thinks before that."""
        meant = self._meant(request)
        channels = self._with_family(meant)
        raw_body = await _body(request, meant[0])
        taken = [
            found for channel in channels if (found := await self._take(channel, request.headers, raw_body))
        ]
        if not taken:
            _count(meant[0], "forged")
            raise web.HTTPUnauthorized(text="the signature is wrong\n")
        return _answer(taken)

    async def _take(self, channel: Channel, headers: Mapping[str, str], raw_body: bytes) -> Taken | None:
        """Take in what is for one account; None where the request is not signed for it.

        Whatever fails here, the events of other accounts are taken in.
        """
        with within(channel=channel.name, account=channel.account):
            try:
                channel.authenticate(headers, raw_body)
                return Taken(channel=channel, accepted=await self._inbox.take(channel, raw_body))
            except Forged:
                return None
            except Exception as error:  # noqa: BLE001 - the platform is told how to go on
                _say(error)
                return Taken(channel=channel, error=error)

    async def handshake(self, request: web.Request) -> web.Response:
        """Answer a platform's verification."""
        for channel in self._with_family(self._meant(request)):
            answer = channel.handshake(request.query)
            if answer is not None:
                return web.Response(text=answer, content_type=channel.handshake_type)
        raise web.HTTPForbidden(text="verification failed\n")

    def _meant(self, request: web.Request) -> Sequence[Channel]:
        """The accounts that an address names: one, or all of a channel or a family."""
        place, account = request.match_info["place"], request.match_info.get("account")
        named = [
            channel
            for channel in self._channels.values()
            if place in (channel.name, channel.family) and account in (None, channel.account)
        ]
        if not named:
            PAYLOADS.labels(channel="", account="", result="unknown_account").inc()
            raise web.HTTPNotFound(text="there is no such account, or it is switched off\n")
        return named

    def _with_family(self, meant: Sequence[Channel]) -> Sequence[Channel]:
        """Those who are meant, and then all who get their events in the same requests."""
        families = {channel.family for channel in meant if channel.family}
        kin = [channel for channel in self._channels.values() if channel.family in families]
        return [*meant, *(channel for channel in kin if channel not in meant)]


async def _body(request: web.Request, channel: Channel) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        _count(channel, "too_large")
        raise


def _answer(taken: Sequence[Taken]) -> web.Response:
    """All is well only when all is: what was taken in is known when the request comes again."""
    for each in [each for each in taken if _concerns(each)] or taken[:1]:
        _count(each.channel, _result(each))
    errors = [each.error for each in taken if each.error]
    unwell = [error for error in errors if not isinstance(error, BadPayload)]
    if unwell or len(errors) == len(taken):
        raise _refusal(unwell or errors)
    accepted = [each.accepted for each in taken if each.accepted]
    if not accepted:
        return web.json_response({"set_aside": True})
    new, known = sum(each.new for each in accepted), sum(each.known for each in accepted)
    if taken[0].channel.family and not any(map(_concerns, taken)):
        EVENTS.labels(taken[0].channel.name, taken[0].channel.account, "ignored").inc()
    return web.json_response({"accepted": new, "known": known})


def _concerns(taken: Taken) -> bool:
    """Whether there was something for this account in it."""
    return taken.accepted is None or taken.accepted.new + taken.accepted.known > 0


def _result(taken: Taken) -> str:
    """A word for what became of a request, as `relais_payloads_total` names it."""
    if taken.error is None:
        return "set_aside" if taken.accepted is None else "accepted"
    if isinstance(taken.error, BadPayload):
        return "bad"
    return "unavailable" if is_away(taken.error) else "failed"


def _refusal(errors: Sequence[Exception]) -> web.HTTPException:
    """What a platform is answered that shall send again (5xx), or better not."""
    if isinstance(errors[0], BadPayload):
        return web.HTTPBadRequest(text=f"{errors[0]}\n")
    if any(is_away(error) for error in errors):
        return web.HTTPServiceUnavailable(text="try again later\n", headers={"Retry-After": RETRY_AFTER})
    return web.HTTPInternalServerError(text="try again later\n")


def _say(error: Exception) -> None:
    if is_away(error):
        log.error("the database is away: %s", trail(error))
    elif not isinstance(error, (BadPayload, Stumbled)):  # which is logged where it happened
        log.error("stumbled over a request: %s", trail(error))


def _count(channel: Channel, result: str) -> None:
    PAYLOADS.labels(channel=channel.name, account=channel.account, result=result).inc()
