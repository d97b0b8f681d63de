"""The line to X: one call, its failures told in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from msgspec import Struct
from yarl import URL

from bot.channels.http import in_our_words, session
from bot.channels.reading import Json
from bot.errors import DeliveryUnknown

CONNECTIONS = 64


class Answer(Struct, frozen=True, kw_only=True):
    """What X answered; `headers` are found by name whatever their case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the call was carried out."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Json:
        """The object in it; what cannot be read may have had its effect all the same."""
        try:
            body = json.loads(self.body)
        except (ValueError, RecursionError):
            raise DeliveryUnknown("X: the answer is not JSON") from None
        if not isinstance(body, dict):
            raise DeliveryUnknown("X: the answer is no object")
        return body


class Wire:
    """Connections to X, of one account; tokens travel in the header that each call brings."""

    def __init__(self, base_url: str, timeout: float) -> None:
        self.base_url = base_url
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, url: str, authorization: str, **content: Any) -> Answer:
        """Call an address that is written as it was signed; raise where no answer came."""
        headers = {"Authorization": authorization} if authorization else {}
        with in_our_words("X"):
            request = self._line().request(
                method, URL(url, encoded=True), headers=headers, allow_redirects=False, **content
            )
            async with request as answer:
                body = await answer.read()
                return Answer(status=answer.status, headers=answer.headers, body=body)

    def open(self) -> None:
        """Get ready for calls, which the first one does as well."""
        self._line()

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
        self._session = None

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = session(self._timeout, connections=CONNECTIONS)
        return self._session
