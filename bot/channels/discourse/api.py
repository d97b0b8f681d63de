"""The line to a forum, its errors told in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.channels.http import in_our_words, repeatable, retry_after, session
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
)

# The request was judged and not carried out: it may be made again. Not 500: a forum fails so while a
# post that is written already is told to others, too.
NOT_DONE = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
LONGEST_REASON = 200
ME = "/session/current.json"

Json = dict[str, Any]


class Forbidden(DeliveryRefused):
    """The key is refused, or what was asked for: a forum says both with the same words."""


class Invalid(DeliveryRefused):
    """A post is not as the forum wants posts to be: too short, say, or too like another one."""


class Api:
    """The forum, spoken to in the name of one account.

    The key is sent in a header, never in an address. Every call raises a `DeliveryError` where it fails.
    """

    def __init__(self, base_url: str, token: str, username: str, *, timeout: float) -> None:
        self._base_url = base_url
        self._headers = {"Api-Key": token, "Api-Username": username, "Accept": "application/json"}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def me(self) -> Json:
        """Who the account is; raises `AccountStopped` where its key is refused."""
        try:
            found = (await self.get(ME)).get("current_user")
        except DeliveryRefused:
            raise AccountStopped("Discourse refuses the key of this account") from None
        if not isinstance(found, dict):
            raise DeliveryLater("Discourse does not tell who the account is")
        return found

    async def get(self, path: str, **query: str) -> Json:
        """Look something up, which may be repeated at will: nothing is unknown then."""
        with repeatable():
            return await self._call("GET", path, params=query)

    async def post(self, path: str, body: Json) -> Json:
        """Do something once."""
        return await self._call("POST", path, json=body)

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _call(self, method: str, path: str, **content: Any) -> Json:
        with in_our_words("Discourse"):
            url = f"{self._base_url}{path}"
            async with self._line().request(method, url, allow_redirects=False, **content) as answer:
                payload = await answer.read()
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise sort(answer.status, answer.headers, payload)
        found = decoded(payload)
        if not found:
            raise DeliveryUnknown("Discourse: the answer is no object")
        return found

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = session(self._timeout, self._headers)
        return self._session


def sort(status: int, headers: Mapping[str, str], payload: bytes) -> DeliveryError:
    """What an answer that is no success means for another attempt. Pure.

    A forum says why in its own language: only the status and `error_type` tell a program.
    """
    body = decoded(payload)
    told = body.get("errors")
    errors = " ".join(each for each in told if isinstance(each, str)) if isinstance(told, list) else ""
    reason = f"Discourse: {status} {errors[:LONGEST_REASON]}".rstrip()
    if status in NOT_DONE or status < HTTPStatus.BAD_REQUEST:
        return DeliveryLater(reason, retry_after=_wait(headers, body))
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Forbidden(reason)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return Invalid(reason)
    # Of 502 and 504 above all a proxy speaks, which cannot know how far the request came.
    return DeliveryRefused(reason) if status < HTTPStatus.INTERNAL_SERVER_ERROR else DeliveryUnknown(reason)


def _wait(headers: Mapping[str, str], body: Json) -> float | None:
    """How long to wait, in seconds, where the forum says so: in a header, or in the body."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    extras = body.get("extras")
    wait = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return float(wait) if isinstance(wait, (int, float)) and 0 <= wait < 10**7 else None


def decoded(payload: bytes) -> Json:
    """The object that an answer is; an empty one where it is none."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
