"""Who calls: both kinds of OAuth, checked as X does. Nothing here is shared with what signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from aiohttp import web

from tests.fakes.x.errors import Json, Problem, unauthorized

CONSUMER_KEY, CONSUMER_SECRET = "made-up-consumer-key", "consumer_secret"
CLIENT_ID, CLIENT_SECRET = "made-up-client", "client_secret"
BEARER = "made-up-bearer"
FIELD = re.compile(r'(\w+)="([^"]*)"')
# How far clocks may differ, and how long a token of OAuth 2.0 holds, in seconds.
SKEW, LIFETIME = 300, 7200


@dataclass
class Keys:
    """Tokens that X has given out, by the account they speak for. `clock` gives seconds since 1970."""

    clock: Callable[[], float]
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)
    access: dict[str, tuple[str, float]] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    nonces: set[str] = field(default_factory=set)
    renewed: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def give(self, account: str) -> tuple[str, str]:
        """A token of OAuth 1.0a and its secret."""
        self.owners[f"{account}-token"] = (account, f"{account}-secret")
        return f"{account}-token", f"{account}-secret"

    def authorise(self, account: str) -> str:
        """The token by which tokens of OAuth 2.0 are renewed."""
        token = f"refresh-{account}-{next(self._numbers)}"
        self.refresh[token] = account
        return token

    def expire(self) -> None:
        """All tokens of these hours are dead, and nobody was told."""
        self.access.clear()

    def account(self, request: web.Request) -> str:
        """The account in whose name a call is made; raises `Problem`."""
        header = request.headers.get("Authorization", "")
        if header.startswith("OAuth "):
            return self._by_signature(request, dict(FIELD.findall(header)))
        account, ends = self.access.get(header.removeprefix("Bearer "), ("", 0.0))
        if not account or ends <= self.clock():
            raise unauthorized()
        return account

    def app(self, request: web.Request) -> None:
        """Raise unless a call is made in the name of the app."""
        if request.headers.get("Authorization") != f"Bearer {BEARER}":
            raise Problem(
                403,
                "Authenticating with OAuth 1.0a User Context is forbidden for this endpoint.",
                kind="https://api.twitter.com/2/problems/unsupported-authentication",
            )

    def renew(self, form: Json, header: str) -> Json:
        """Both tokens, new; the one that asks for them is dead."""
        pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        account = self.refresh.pop(str(form.get("refresh_token")), None)
        if header != f"Basic {pair}" or form.get("grant_type") != "refresh_token" or account is None:
            error = {
                "error": "invalid_request",
                "error_description": "Value passed for the token was invalid.",
            }
            raise Problem(400, "invalid", body=error)
        self.renewed += 1
        access = f"access-{account}-{next(self._numbers)}"
        self.access[access] = (account, self.clock() + LIFETIME)
        return {
            "token_type": "bearer",
            "expires_in": LIFETIME,
            "access_token": access,
            "scope": "tweet.read tweet.write users.read dm.read dm.write offline.access",
            "refresh_token": self.authorise(account),
        }

    def _by_signature(self, request: web.Request, given: dict[str, str]) -> str:
        """RFC 5849, section 3.4, by hand."""
        given = {name: unquote(value) for name, value in given.items()}
        account, secret = self.owners.get(given.get("oauth_token", ""), ("", ""))
        is_now = abs(float(given.get("oauth_timestamp", "0")) - self.clock()) < SKEW
        nonce = given.get("oauth_nonce", "")
        if (
            not account
            or given.get("oauth_consumer_key") != CONSUMER_KEY
            or nonce in self.nonces
            or not is_now
        ):
            raise unauthorized()
        self.nonces.add(nonce)
        signature = given.pop("oauth_signature", "")
        url = urlsplit(f"http://{request.host}{request.raw_path}")
        pairs = [*given.items(), *parse_qsl(url.query, keep_blank_values=True)]
        told = "&".join(f"{key}={value}" for key, value in sorted((_safe(k), _safe(v)) for k, v in pairs))
        base = "&".join(map(_safe, (request.method, f"http://{url.netloc}{url.path}", told)))
        key = f"{_safe(CONSUMER_SECRET)}&{_safe(secret)}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        if signature != base64.b64encode(digest).decode():
            raise unauthorized()
        return account


def _safe(text: str) -> str:
    return quote(text, safe="~")
