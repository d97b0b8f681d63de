"""X's API, called in the name of an account or of the app itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from bot.channels.http import repeatable
from bot.channels.reading import Json
from bot.channels.x.identity import Identity
from bot.channels.x.refusals import sort, wait
from bot.channels.x.wire import Answer, Wire
from bot.clock import Clock
from bot.errors import DeliveryLater
from bot.messages import Surface

# What X counts, each by itself.
COUNTED: Mapping[Surface, str] = {"public": "posts", "private": "messages"}


class Api:
    """Every call raises a `DeliveryError` where it fails."""

    def __init__(self, wire: Wire, identity: Identity, bearer: str, clock: Clock) -> None:
        self._wire = wire
        self._identity = identity
        self._bearer = bearer
        self._clock = clock
        # Until when X wants no more there.
        self._spent: dict[Surface, datetime] = {}

    @property
    def is_oauth2(self) -> bool:
        """Whether the account's tokens are of OAuth 2.0."""
        return self._identity.is_oauth2

    @property
    def has_bearer(self) -> bool:
        """Whether there are calls in the name of the app."""
        return bool(self._bearer)

    async def send(self, path: str, body: Json, surface: Surface) -> Json:
        """Say something once in the account's name; nothing is asked while a surface's limit is used up."""
        left = (self._spent[surface] - self._clock()).total_seconds() if surface in self._spent else 0.0
        if left > 0:
            words = f"X: the limit of {COUNTED[surface]} is used up"
            raise DeliveryLater(words, retry_after=left, surface=surface)
        try:
            answer = await self._as_account("POST", path, json=body)
        except DeliveryLater as error:
            raise DeliveryLater(str(error), retry_after=error.retry_after, surface=surface) from None
        pause = wait(answer.headers, self._clock())
        if pause:
            self._spent[surface] = self._clock() + timedelta(seconds=pause)
        return answer.json()

    async def post(self, path: str, body: Json | None = None) -> Json:
        """Do something in the account's name that may be done twice."""
        with repeatable():
            return (await self._as_account("POST", path, json=body or {})).json()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        """Look something up in the account's name."""
        with repeatable():
            return (await self._as_account("GET", path, query)).json()

    async def as_app(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Json | None = None
    ) -> Json:
        """Ask or do something in the name of the app that may be repeated."""
        content = {"json": body} if body is not None else {}
        with repeatable():
            url = self._url(path, query)
            answer = await self._wire.call(method, url, f"Bearer {self._bearer}", **content)
            return self._successful(answer).json()

    async def _as_account(
        self, method: str, path: str, query: Mapping[str, str] | None = None, **content: Any
    ) -> Answer:
        url = self._url(path, query)
        who = await self._identity.authorization(method, url)
        answer = await self._wire.call(method, url, who, **content)
        if answer.status == HTTPStatus.UNAUTHORIZED and await self._identity.renewed(who):
            who = await self._identity.authorization(method, url)
            answer = await self._wire.call(method, url, who, **content)
        return self._successful(answer)

    def _successful(self, answer: Answer) -> Answer:
        if not answer.is_success:
            raise sort(answer.status, answer.headers, answer.body, self._clock())
        return answer

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        # As OAuth 1.0a signs it: no plus signs.
        encoded = urlencode(query, quote_via=quote, safe="") if query else ""
        return f"{self._wire.base_url}{path}{'?' if encoded else ''}{encoded}"
