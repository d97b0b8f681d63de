"""Who a visitor is: a random number in a signed cookie, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator

from aiohttp import web
from msgspec import Struct

from bot.clock import Clock

COOKIE = "relais_visitor"
YEAR = 365 * 24 * 3600

_VALUE = re.compile(r"(?P<id>[A-Za-z0-9_-]{22})\.(?P<issued>[0-9]{1,12})\.(?P<signature>[A-Za-z0-9_-]{43})")


class Visitor(Struct, frozen=True, kw_only=True):
    """A visitor; `is_new` says that this request brought no valid cookie."""

    id: str
    is_new: bool


class Visitors:
    """Reads and writes the cookie.

    `secure` says that the gateway stands behind TLS. A page within a frame of another site
    only keeps `SameSite=None; Secure; Partitioned` cookies; everywhere else they are `Lax`.
    """

    def __init__(self, secret: str, clock: Clock, *, secure: bool) -> None:
        # A key of its own: what is signed here is worth nothing elsewhere.
        self._key = hmac.digest(secret.encode(), b"relais/chat/visitor", hashlib.sha256)
        self._clock = clock
        self._secure = secure

    def of(self, request: web.Request) -> Visitor:
        """The visitor of a request; forged, foreign and outdated cookies start a new one."""
        for value in _values(request.headers.getall("Cookie", [])):
            known = self._read(value)
            if known:
                return Visitor(id=known, is_new=False)
        return Visitor(id=secrets.token_urlsafe(16), is_new=True)

    def remember(self, response: web.StreamResponse, visitor: Visitor, *, framed: bool) -> None:
        """Set the cookie for another year."""
        # Written by hand, as http.cookies knows no `Partitioned` before Python 3.14.
        parts = [f"{COOKIE}={self._write(visitor.id)}", f"Max-Age={YEAR}", "Path=/chat", "HttpOnly"]
        if framed and self._secure:
            parts += ["SameSite=None", "Secure", "Partitioned"]
        else:
            parts += ["SameSite=Lax", *(["Secure"] if self._secure else [])]
        response.headers.add("Set-Cookie", "; ".join(parts))

    def _write(self, visitor: str) -> str:
        body = f"{visitor}.{int(self._clock().timestamp())}"
        return f"{body}.{self._signature(body)}"

    def _read(self, value: str) -> str | None:
        found = _VALUE.fullmatch(value)
        if not found:
            return None
        body = f"{found['id']}.{found['issued']}"
        if not hmac.compare_digest(self._signature(body), found["signature"]):
            return None
        age = self._clock().timestamp() - int(found["issued"])
        return found["id"] if age <= YEAR else None

    def _signature(self, body: str) -> str:
        digest = hmac.digest(self._key, body.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _values(headers: list[str]) -> Iterator[str]:
    # A browser may send two of the name: one of the frame's own jar, one of the site's.
    for header in headers:
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                yield value
