"""The line to an instance: its REST interface and its stream, errors told in our words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec

from bot.channels.http import retry_after, session
from bot.channels.mastodon.wire import Json
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryError, DeliveryLater, DeliveryRefused

# What Mastodon writes into a 403 when it refuses all that this token may ask for.
ABOUT_ACCOUNT = ("Your login", "outside the authorized scopes", "confirm", "pending")
# Answers of who has not done it, or may be asked again.
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
LONGEST_REASON = 200


class Missing(DeliveryRefused):
    """What was asked for is not there, or not for us."""


class Api:
    """An instance, spoken to in the name of one account.

    The token is sent in a header, never in an address. Every call raises a `DeliveryError` where
    it fails; none leaves a doubt, for what may have been done can be asked for again.
    """

    def __init__(self, base_url: str, token: str, *, timeout: float, clock: Clock) -> None:
        self.base_url = base_url
        self._token = token
        self._timeout = timeout
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What the instance answers."""
        return (await self._call("GET", path, params=query or {}))[0]

    async def post(
        self, path: str, values: Json, headers: Mapping[str, str] | None = None
    ) -> tuple[Any, datetime | None]:
        """What the instance answers, and until when it wants no more of this kind, if so."""
        answer, told = await self._call("POST", path, json=values, headers=headers or {})
        spent = told.get("X-RateLimit-Remaining") == "0"
        return answer, _reset(told) if spent else None

    @asynccontextmanager
    async def stream(self, url: str, *, idle: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """Pieces of a stream, which fails where nothing comes for `idle` seconds."""
        # Unlike a call, a stream has no end that could be waited for.
        timeout = aiohttp.ClientTimeout(total=None, connect=self._timeout, sock_read=idle)
        with in_our_words():
            async with self._line().get(url, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != HTTPStatus.OK:
                    raise self._sorted(answer, await answer.read())
                yield answer.content.iter_any()

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _call(self, method: str, path: str, **content: Any) -> tuple[Any, Mapping[str, str]]:
        with in_our_words():
            url = f"{self.base_url}{path}"
            async with self._line().request(method, url, allow_redirects=False, **content) as answer:
                body = await answer.read()
                if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                    raise self._sorted(answer, body)
        try:
            return json.loads(body), answer.headers
        except (ValueError, RecursionError):
            raise DeliveryLater("Mastodon: the answer is not JSON") from None

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = session(self._timeout, {"Authorization": f"Bearer {self._token}"})
        return self._session

    def _sorted(self, answer: aiohttp.ClientResponse, body: bytes) -> DeliveryError:
        """What an answer other than 200 means for another attempt."""
        status, reason = answer.status, _reason(body)
        words = f"Mastodon: {status} {reason}".rstrip()
        if status == HTTPStatus.UNAUTHORIZED:
            return AccountStopped("Mastodon refuses the token of this account")
        if status == HTTPStatus.FORBIDDEN and any(phrase in reason for phrase in ABOUT_ACCOUNT):
            return AccountStopped(words)
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return Missing(words)
        # A redirect comes from what stands before an instance that has moved or rests.
        if status in PASSING or not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return DeliveryLater(words, retry_after=self._wait(status, answer.headers))
        return DeliveryRefused(words)

    def _wait(self, status: int, headers: Mapping[str, str]) -> float | None:
        """How long to wait, in seconds, where the instance says so."""
        reset = _reset(headers) if status == HTTPStatus.TOO_MANY_REQUESTS else None
        if reset:
            return max(1.0, (reset - self._clock()).total_seconds())
        return retry_after(headers)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise `DeliveryLater` for every failure of the network.

    Not `from exc`: an error of the client may quote the headers, and with them the token.
    """
    try:
        yield
    except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
        raise DeliveryLater(f"Mastodon: {type(exc).__name__}") from None


def _reason(body: bytes) -> str:
    """What the instance says is wrong."""
    try:
        reason = json.loads(body)["error"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return ""
    return reason[:LONGEST_REASON] if isinstance(reason, str) else ""


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """When the limit is lifted: an ISO 8601 date, or seconds since 1970 as others write it."""
    told = headers.get("X-RateLimit-Reset", "")
    try:
        if told.isdecimal():
            return datetime.fromtimestamp(int(told), timezone.utc)
        moment = msgspec.convert(told, datetime)
    except (msgspec.ValidationError, ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else None
