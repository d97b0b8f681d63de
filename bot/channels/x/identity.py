"""In whose name we call: the account's own tokens, of OAuth 1.0a or 2.0."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol

from oauthlib.oauth1 import Client

from bot.channels.http import repeatable
from bot.channels.reading import text
from bot.channels.x.reading import whole
from bot.channels.x.refusals import sort
from bot.channels.x.token_file import TokenFile, Tokens
from bot.channels.x.wire import Answer, Wire
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryLater

RENEW = "/2/oauth2/token"
# A token that ends so soon is renewed before it is used, in seconds.
SPARE = 60.0
# How long a token holds where X does not say so, in seconds.
USUAL = 7200


class Identity(Protocol):
    """Says who calls."""

    is_oauth2: bool

    async def authorization(self, method: str, url: str) -> str:
        """The header for a call of this address, query included; raises a `DeliveryError`."""

    async def renewed(self, authorization: str) -> bool:
        """Whether there is another header now than this one, which X has refused."""


class OAuth1:
    """Tokens of OAuth 1.0a, which hold until somebody revokes them. Bodies of JSON are not signed."""

    is_oauth2 = False

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._client = Client(
            secrets["consumer_key"],
            client_secret=secrets["consumer_secret"],
            resource_owner_key=secrets["token"],
            resource_owner_secret=secrets["token_secret"],
        )

    async def authorization(self, method: str, url: str) -> str:
        """A signature for this call alone."""
        _, headers, _ = self._client.sign(url, http_method=method)
        return str(headers["Authorization"])

    async def renewed(self, authorization: str) -> bool:
        """Nothing can be renewed."""
        return False


class OAuth2:
    """Tokens of OAuth 2.0: one for two hours, and one to renew both."""

    is_oauth2 = True

    def __init__(self, secrets: Mapping[str, str], file: TokenFile, wire: Wire, clock: Clock) -> None:
        self._client = secrets["client_id"]
        self._secret = secrets.get("client_secret", "")
        self._file = file
        self._wire = wire
        self._clock = clock
        self._tokens: Tokens | None = None
        self._turn = asyncio.Lock()

    async def authorization(self, method: str, url: str) -> str:
        """The token of these hours."""
        tokens = self._tokens
        if tokens is None or not self._holds(tokens):
            tokens = await self._renew("")
        return _bearer(tokens)

    async def renewed(self, authorization: str) -> bool:
        """Renew what X has refused, unless somebody has done so meanwhile."""
        return _bearer(await self._renew(authorization)) != authorization

    async def _renew(self, refused: str) -> Tokens:
        async with self._turn, self._file.held():
            tokens = self._latest(self._file.load())
            if not self._holds(tokens) or _bearer(tokens) == refused:
                tokens = self._keep(await self._ask(tokens.refresh_token))
            self._tokens = tokens
        return tokens

    def _latest(self, kept: Tokens) -> Tokens:
        """What is kept, unless it could not be written."""
        return max(kept, self._tokens or kept, key=lambda tokens: tokens.expires_at)

    def _holds(self, tokens: Tokens) -> bool:
        return bool(tokens.access_token) and self._clock().timestamp() + SPARE < tokens.expires_at

    async def _ask(self, refresh_token: str) -> Answer:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": self._client}
        pair = base64.b64encode(f"{self._client}:{self._secret}".encode()).decode()
        who = f"Basic {pair}" if self._secret else ""
        with repeatable():
            return await self._wire.call("POST", f"{self._wire.base_url}{RENEW}", who, data=form)

    def _keep(self, answer: Answer) -> Tokens:
        if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED):
            raise AccountStopped("X does not renew the tokens of this account: it must be authorised again")
        with repeatable():
            if not answer.is_success:
                raise sort(answer.status, answer.headers, answer.body, self._clock())
            told = answer.json()
        access, refresh = text(told, "access_token"), text(told, "refresh_token")
        if not access or not refresh:
            raise DeliveryLater("X: the answer has no tokens")
        ends = self._clock().timestamp() + (whole(told, "expires_in") or USUAL)
        return self._file.save(access, refresh, ends)


def _bearer(tokens: Tokens) -> str:
    return f"Bearer {tokens.access_token}"
