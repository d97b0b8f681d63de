"""The line to the Graph API, its errors told in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.channels.http import in_our_words, repeatable, session
from bot.channels.meta.refusals import COMMON, Refusal, Table, read_refusal, sort
from bot.channels.reading import Json
from bot.errors import DeliveryUnknown

OFFICIAL = "https://graph.facebook.com"
VERSION = "v25.0"
# For each step of a call: connect, and wait for the next bytes of the answer.
TIMEOUT_SECONDS = 10.0
CONNECTIONS = 64


class Graph:
    """The Graph API with the token of one account, which travels in a header and is never shown.

    `table` sorts errors: `refusals.COMMON`, or that with lines of a platform's own.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = OFFICIAL,
        version: str = VERSION,
        timeout: float = TIMEOUT_SECONDS,
        table: Table = COMMON,
    ) -> None:
        self._token = token
        self._base_url, self._version = base_url.rstrip("/"), version
        self._root = f"{self._base_url}/{version}"
        self._timeout = timeout
        self._table = table
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"Graph({self._root})"

    def in_the_name_of(self, token: str) -> Graph:
        """The same for who has another token; it must be closed."""
        return Graph(
            token,
            base_url=self._base_url,
            version=self._version,
            timeout=self._timeout,
            table=self._table,
        )

    async def post(self, path: str, body: Json) -> Json:
        """Do something once; raise a `DeliveryError` where it is refused or the outcome is not known."""
        return await self._call("POST", path, json=body)

    async def ask(self, path: str, **query: str) -> Json:
        """Look something up, which may be repeated at will: nothing is unknown then."""
        with repeatable():
            return await self._call("GET", path, params=query)

    async def open(self) -> None:
        """Get ready for calls, which the first one does as well."""
        self._line()

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
        self._session = None

    async def _call(self, method: str, path: str, **content: Any) -> Json:
        with in_our_words("Meta"):
            url = f"{self._root}/{path}"
            async with self._line().request(method, url, allow_redirects=False, **content) as answer:
                payload = await answer.read()
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise sort(self._refusal(answer.status, answer.headers, payload), self._table)
        return _success(payload)

    def _refusal(self, status: int, headers: Mapping[str, str], payload: bytes) -> Refusal:
        """What Meta says of a token that it cannot read quotes the token."""
        return read_refusal(status, headers, payload.replace(self._token.encode(), b"..."))

    def _line(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = session(
                self._timeout, {"Authorization": f"Bearer {self._token}"}, connections=CONNECTIONS
            )
        return self._session


def _success(payload: bytes) -> Json:
    """What a call brought; where that cannot be read, it may have had its effect all the same."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        raise DeliveryUnknown("Meta: the answer is not JSON") from None
    if not isinstance(body, dict):
        raise DeliveryUnknown("Meta: the answer is no object")
    return body
