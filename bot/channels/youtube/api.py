"""The line to the Data API, in the name of one channel; errors told in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp

from bot.channels.http import in_our_words, repeatable, session
from bot.channels.youtube.oauth import Tokens
from bot.channels.youtube.quota import Quota
from bot.channels.youtube.refusals import read_refusal, sort
from bot.channels.youtube.wire import Json
from bot.errors import DeliveryUnknown


class Answer(NamedTuple):
    """What came back, and the token that was sent."""

    token: str
    status: int
    headers: Mapping[str, str]
    payload: bytes


class Api:
    """The Data API. The token is sent in a header, never in an address."""

    def __init__(self, base_url: str, tokens: Tokens, quota: Quota, *, timeout: float) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._quota = quota
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"Api({self._base_url})"

    async def ask(self, path: str, query: Mapping[str, str]) -> Json:
        """Look something up, which may be repeated at will; raise a `DeliveryError`."""
        with repeatable():
            return await self._call("GET", path, repeatable=True, params=query)

    async def post(self, path: str, query: Mapping[str, str], values: Json) -> Json:
        """Do something once; `DeliveryUnknown` where nobody can say whether it was done."""
        return await self._call("POST", path, repeatable=False, params=query, json=values)

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _call(self, method: str, path: str, *, repeatable: bool, **content: Any) -> Json:
        self._quota.mind()
        answer = await self._request(method, path, content)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._tokens.drop(answer.token)
            answer = await self._request(method, path, content)
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return _read(answer.payload)
        refusal = read_refusal(answer.status, answer.headers, answer.payload)
        raise self._quota.refused() if refusal.is_quota else sort(refusal, repeatable=repeatable)

    async def _request(self, method: str, path: str, content: Mapping[str, Any]) -> Answer:
        token = await self._tokens.get(self._line())
        url, headers = f"{self._base_url}/{path}", {"Authorization": f"Bearer {token}"}
        with in_our_words("YouTube"):
            async with self._line().request(
                method, url, headers=headers, allow_redirects=False, **content
            ) as told:
                return Answer(token, told.status, told.headers, await told.read())

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = session(self._timeout)
        return self._session


def _read(payload: bytes) -> Json:
    """What a call brought; where that cannot be read, it may have had its effect all the same."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        raise DeliveryUnknown("YouTube: the answer is not JSON") from None
    if not isinstance(body, dict):
        raise DeliveryUnknown("YouTube: the answer is no object")
    return body
