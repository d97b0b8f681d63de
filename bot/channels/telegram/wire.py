"""The line to the Bot API: python-telegram-bot's client, its errors told in our words."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    Unreachable,
)

CONNECTIONS = 64

# It logs every parameter, that is customers' words, at DEBUG.
TALKATIVE = "telegram"

# aiohttp's ways to say that no byte of the request left this machine.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)

# Who answers 500 or 503 has judged the call and not carried it out. Of the others of that
# hundred (502 and 504 above all) a proxy speaks, which cannot know how far the call came.
NOT_DONE = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
# The statuses whose meaning python-telegram-bot reads.
READ_BY_LIBRARY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
)

Translation = Callable[[TelegramError], DeliveryError]


class NotDone(NetworkError):
    """The call surely had no effect: it may be made again."""


class Vague(NetworkError):
    """The call may have had its effect: the answer is missing or says nothing of it."""


class Wire(BaseRequest):
    """Makes the library's requests with aiohttp, telling apart what it throws together as `NetworkError`.

    The library's own client, httpx, takes two milliseconds of a core for a request, ten times as
    much: in a burst more than all the rest of a reply.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """How long an answer is waited for where the caller does not say, in seconds."""
        return self._timeout

    async def initialize(self) -> None:
        """Make connections possible."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make a request; raise `NotDone` and `Vague` where it is known which.

        Files are never sent here, and of the timeouts only that of reading is ever given.
        """
        if self._session is None:
            raise NotDone("the channel is closed")
        reading = float(read_timeout) if isinstance(read_timeout, (int, float)) else self._timeout
        parameters = request_data.json_parameters if request_data else None
        timeout = aiohttp.ClientTimeout(connect=self._timeout, sock_read=reading)
        # A redirection is no answer of the Bot API, and whom it names must not learn the token.
        request = self._session.request(
            method, url, data=parameters, timeout=timeout, allow_redirects=False, proxy=_proxy_to(url)
        )
        try:
            async with request as response:
                code, payload = response.status, await response.read()
        except NEVER_SENT as exc:
            raise NotDone(type(exc).__name__) from None
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            raise Vague(type(exc).__name__) from None
        _look_at_status(code, payload)
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer; unlike the parent, never log one that is wrong: it may hold a text."""
        try:
            answer = json.loads(payload)
        except ValueError:
            raise Vague("the answer is not JSON") from None
        if not isinstance(answer, dict) or ("result" not in answer and "error_code" not in answer):
            raise Vague("the answer is not one of the Bot API")
        return answer


def _proxy_to(url: str) -> str | None:
    """The proxy of a request, as the environment says."""
    server = URL(url)
    return _proxy(server.scheme, server.host or "")


@cache
def _proxy(scheme: str, host: str) -> str | None:
    # By ourselves, and once: with `trust_env`, aiohttp looks for a netrc file in a thread, for each request.
    return None if proxy_bypass(host) else getproxies().get(scheme)


def _look_at_status(code: int, payload: bytes) -> None:
    """Raise for a status that the library does not tell from others."""
    if code < HTTPStatus.MULTIPLE_CHOICES:
        return
    if code in NOT_DONE or code < HTTPStatus.BAD_REQUEST:
        raise NotDone(f"status {code}")
    if code == HTTPStatus.TOO_MANY_REQUESTS and b"retry_after" not in payload:
        raise NotDone(f"status {code}")
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Vague(f"status {code}")
    if code not in READ_BY_LIBRARY:
        raise BadRequest(f"status {code}")


def keep_quiet() -> None:
    """Hold the library's logger to warnings, and take its timedeltas without a warning."""
    logging.getLogger(TALKATIVE).setLevel(logging.WARNING)
    os.environ.setdefault("PTB_TIMEDELTA", "true")


@contextmanager
def in_our_words() -> Iterator[None]:
    """Raise a `DeliveryError` for every error of a call that must not be made twice."""
    try:
        yield
    except TelegramError as exc:
        # Not `from exc`: what the library says of a refused token may quote the token.
        raise _translate(exc) from None


@contextmanager
def repeatable() -> Iterator[None]:
    """The same for a call that does no harm when it is made twice: nothing is unknown then."""
    try:
        with in_our_words():
            yield
    except DeliveryUnknown as exc:
        raise DeliveryLater(str(exc)) from None


def _translate(exc: TelegramError) -> DeliveryError:
    """The first line of the table that fits: a `BadRequest` is a `NetworkError` too."""
    return next(translation for kind, translation in TABLE if isinstance(exc, kind))(exc)


def _later(exc: TelegramError) -> DeliveryError:
    return DeliveryLater(f"Telegram: {exc.message}")


def _flooded(exc: TelegramError) -> DeliveryError:
    wait = exc.retry_after if isinstance(exc, RetryAfter) else 0
    seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    return DeliveryLater(f"Telegram asks to wait {seconds:g} s", retry_after=seconds)


def _taken(exc: TelegramError) -> DeliveryError:
    return DeliveryLater(
        f"Telegram: {exc.message} (a bot has either one poller or a webhook: stop the other program, "
        "or take another bot for this machine)"
    )


TABLE: tuple[tuple[type[TelegramError], Translation], ...] = (
    (RetryAfter, _flooded),
    (InvalidToken, lambda _: AccountStopped("Telegram refuses the token of this bot")),
    (Forbidden, lambda exc: Unreachable(f"Telegram: {exc.message}")),
    (BadRequest, lambda exc: DeliveryRefused(f"Telegram: {exc.message}")),
    (Conflict, _taken),
    (NotDone, _later),
    (NetworkError, lambda exc: DeliveryUnknown(f"Telegram: {exc.message}")),
    (TelegramError, lambda exc: DeliveryRefused(f"Telegram: {exc.message}")),
)
