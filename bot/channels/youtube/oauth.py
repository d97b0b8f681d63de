"""The access token of an account, got with its refresh token and kept until it expires.

https://developers.google.com/identity/protocols/oauth2/web-server#offline
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp

from bot.channels.reading import field, text
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryLater

# So long before it expires a token is not used any more, lest it does on the way.
MARGIN = timedelta(seconds=60)
# What Google gives; where it does not say, the next refusal does.
LASTS = 3600
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class Tokens:
    """Access tokens of one account, one after the other."""

    def __init__(
        self, url: str, *, client_id: str, client_secret: str, refresh_token: str, clock: Clock
    ) -> None:
        self._url = url
        self._form = {
            "grant_type": "refresh_token",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
        }
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens({self._url})"

    async def get(self, session: aiohttp.ClientSession) -> str:
        """One that is good; raises `AccountStopped` where the refresh token is good for nothing."""
        async with self._one_at_a_time:
            if not self._token or self._until is None or self._clock() >= self._until:
                await self._refresh(session)
            return self._token

    def drop(self, token: str) -> None:
        """One was refused, though it should be good: the next one is asked for."""
        if token == self._token:
            self._token = ""

    async def _refresh(self, session: aiohttp.ClientSession) -> None:
        # Not `from exc`: an error of the client may quote what was sent.
        try:
            async with session.post(self._url, data=self._form, allow_redirects=False) as answer:
                status, payload = answer.status, await answer.read()
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            raise DeliveryLater(f"Google gives no token: {type(exc).__name__}") from None
        told = _json(payload)
        token = text(told, "access_token")
        if status != HTTPStatus.OK or not token:
            raise _refusal(status, text(told, "error"))
        lasts = field(told, "expires_in")
        seconds = lasts if isinstance(lasts, int) and 0 < lasts < 10**7 else LASTS
        self._token, self._until = token, self._clock() + timedelta(seconds=seconds) - MARGIN


def _json(payload: bytes) -> object:
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _refusal(status: int, error: str) -> AccountStopped | DeliveryLater:
    """`invalid_grant` says that the owner took the permission back, or that it has run out."""
    words = f"Google gives no token: {status} {error[:60]}".rstrip()
    is_final = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return AccountStopped(words) if is_final and status not in PASSING else DeliveryLater(words)
