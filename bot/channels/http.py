"""What calls to platforms over HTTP have in common; not a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp

from bot.errors import DeliveryLater, DeliveryUnknown

# aiohttp's ways to say that no byte of the request left this machine.
NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
# At a time, where a channel does not say how many: as aiohttp has it.
CONNECTIONS = 100
# With more, nobody means the wait; with many more, no time span holds it.
DIGITS = 7


def session(
    timeout: float, headers: Mapping[str, str] | None = None, connections: int = CONNECTIONS
) -> aiohttp.ClientSession:
    """Connections to a platform, for one account; made where the event loop runs, and to be closed.

    `timeout`, in seconds, is for each step of a call: to connect, and to wait for the next bytes of the
    answer. The whole may take three times as long, lest an answer that trickles in never end. Nothing
    of the environment is used (proxies, passwords in `.netrc`), and cookies are not kept.
    """
    return aiohttp.ClientSession(
        headers=headers,
        connector=aiohttp.TCPConnector(limit=connections),
        timeout=aiohttp.ClientTimeout(total=3 * timeout, connect=timeout, sock_read=timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long to wait, in seconds, where the header of that name says so; a date is not understood."""
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= DIGITS else None


@contextmanager
def in_our_words(platform: str) -> Iterator[None]:
    """Tell failures of the network apart: what surely was not sent may be sent again.

    Not `from exc`: an error of the client may quote the headers, and with them the token.
    """
    try:
        yield
    except NEVER_SENT as exc:
        raise DeliveryLater(f"{platform} cannot be reached: {type(exc).__name__}") from None
    except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
        raise DeliveryUnknown(f"{platform} did not answer: {type(exc).__name__}") from None


@contextmanager
def repeatable() -> Iterator[None]:
    """For a call that does no harm when it is made twice: nothing is unknown then."""
    try:
        yield
    except DeliveryUnknown as exc:
        raise DeliveryLater(str(exc)) from None
