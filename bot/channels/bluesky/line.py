"""One request to a server of the AT Protocol (XRPC), and what its answer means in our words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.channels.http import retry_after, session
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryError, DeliveryLater, DeliveryRefused

Json = dict[str, Any]
Query = Sequence[tuple[str, str]]

# An access token that is over, by error: https://atproto.com/specs/xrpc, and the server's source.
EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
# What the server says under `InvalidToken` where the session is good and this method is not for it.
BAD_SCOPE = "Bad token"
ACCOUNT_IS_OVER = frozenset({"AccountTakedown", "AccountDeactivated", "AccountSuspended", "AccountNotFound"})
# Answers of who has not done it, or may be asked again.
PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
LONGEST_REASON = 200


class Expired(DeliveryError):
    """The session is over: another one may do it."""


class Doubtful(DeliveryLater):
    """Nobody knows whether it was done."""


class Refusal(DeliveryRefused):
    """It was not done; `name` is the error by its name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"Bluesky: {name} {reason}".rstrip())
        self.name = name
        self.reason = reason


class NoChat(DeliveryRefused):
    """Direct messages are not for this password, or not on this server."""


class Line:
    """A server, asked with whatever token the caller has; tokens go in headers only.

    When an answer says that nothing is left of a limit, the same method is not asked before the
    limit is lifted.
    """

    def __init__(self, base_url: str, *, timeout: float, clock: Clock) -> None:
        self._base_url = base_url
        self._timeout = timeout
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._spent_until: dict[str, datetime] = {}

    async def ask(
        self,
        method: str,
        token: str,
        *,
        query: Query = (),
        values: Json | None = None,
        proxy: str = "",
    ) -> Any:
        """What the server answers: to a question, or with `values` (perhaps none) to an order."""
        self._mind_limit(method)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if proxy:
            headers["atproto-proxy"] = proxy
        verb, content = ("GET", None) if values is None else ("POST", values or None)
        url = f"{self._base_url}/xrpc/{method}"
        with _in_our_words():
            request = self._open().request(
                verb, url, params=list(query), json=content, headers=headers, allow_redirects=False
            )
            async with request as answer:
                status, told, body = answer.status, answer.headers, await answer.read()
        self._learn_limit(method, told)
        if status != HTTPStatus.OK:
            raise self._sorted(status, told, body, is_chat=bool(proxy))
        return _read(body)

    async def close(self) -> None:
        """Release the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = session(self._timeout)
        return self._session

    def _mind_limit(self, method: str) -> None:
        until = self._spent_until.get(method)
        wait = (until - self._clock()).total_seconds() if until else 0.0
        if wait > 0:
            raise DeliveryLater(f"Bluesky: {method} is used up", retry_after=wait)

    def _learn_limit(self, method: str, told: Mapping[str, str]) -> None:
        reset = _reset(told) if told.get("RateLimit-Remaining") == "0" else None
        if reset:
            self._spent_until[method] = reset

    def _sorted(self, status: int, told: Mapping[str, str], body: bytes, *, is_chat: bool) -> DeliveryError:
        """What an answer other than 200 means."""
        name, reason = _error(body)
        if status in PASSING:
            words = f"Bluesky: {status} {name}".rstrip()
            return DeliveryLater(words, retry_after=self._wait(status, told))
        if is_chat and (reason.startswith(BAD_SCOPE) or _is_unknown_method(status, name)):
            return NoChat("Bluesky: this account has no access to direct messages")
        if name in ACCOUNT_IS_OVER and not is_chat:
            return AccountStopped(f"Bluesky: {name} {reason}".rstrip())
        is_good = name == "InvalidToken" and reason.startswith(BAD_SCOPE)
        if (name in EXPIRED or status == HTTPStatus.UNAUTHORIZED) and not is_good:
            return Expired(f"Bluesky: {name} {reason}".rstrip())
        # A redirect comes from what stands before a server that has moved or rests.
        if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return Doubtful(f"Bluesky: {status} {name}".rstrip(), retry_after=self._wait(status, told))
        return Refusal(name or str(status), reason)

    def _wait(self, status: int, told: Mapping[str, str]) -> float | None:
        """How long to wait, in seconds, where the server says so."""
        reset = _reset(told) if status == HTTPStatus.TOO_MANY_REQUESTS else None
        if reset:
            return max(1.0, (reset - self._clock()).total_seconds())
        return retry_after(told)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Raise `Doubtful` for every failure of the network.

    Not `from exc`: an error of the client may quote the headers, and with them the token.
    """
    try:
        yield
    except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
        raise Doubtful(f"Bluesky: {type(exc).__name__}") from None


def _read(body: bytes) -> Any:
    if not body:  # the answer to orders that have nothing to tell
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Doubtful("Bluesky: the answer is not JSON") from None


def _error(body: bytes) -> tuple[str, str]:
    """The error by its name, and what the server says of it."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    name, reason = told.get("error"), told.get("message")
    return (
        name[:LONGEST_REASON] if isinstance(name, str) else "",
        reason[:LONGEST_REASON] if isinstance(reason, str) else "",
    )


def _is_unknown_method(status: int, name: str) -> bool:
    return status == HTTPStatus.NOT_IMPLEMENTED or name in ("MethodNotImplemented", "XRPCNotSupported")


def _reset(told: Mapping[str, str]) -> datetime | None:
    """When the limit is lifted, told in seconds since 1970."""
    moment = told.get("RateLimit-Reset", "")
    try:
        return datetime.fromtimestamp(int(moment), timezone.utc) if moment.isdecimal() else None
    except (ValueError, OverflowError, OSError):
        return None
