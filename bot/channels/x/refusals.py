"""What an answer of X that is no success means: later, never, or stop the account. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPStatus

from bot.channels.reading import Json, text, thing, things
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    Unreachable,
)

LONGEST_REASON = 300
# Ends of the addresses by which X names kinds of problems (docs.x.com, "Response codes and errors").
USED_UP = ("usage-capped", "credits")
NOT_FOR_APP = ("client-forbidden", "oauth1-permissions", "unsupported-authentication", "client-not-enrolled")
# What X writes where it refuses the account whatever it asks for.
ABOUT_ACCOUNT = ("your account is suspended", "temporarily locked", "not enrolled", "insufficient scope")
# What X writes where the person takes no messages of ours.
CLOSED = ("cannot send messages to this user", "permission to dm", "not allow messages", "blocked")
# The request was not carried out, and may be made again.
NOT_DONE = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
# A quarter of an hour, by user and endpoint; and whole days, by user and by app.
LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def sort(status: int, headers: Mapping[str, str], payload: bytes, now: datetime) -> DeliveryError:
    """The error to raise."""
    problem = _problem(payload)
    reason = f"X: {status} {_words(problem)}"[:LONGEST_REASON].rstrip()
    kinds = [text(each, "type") for each in (problem, *things(problem, "errors"))]
    if status == HTTPStatus.PAYMENT_REQUIRED or _ends(kinds, USED_UP):
        return AccountStopped(f"X: the paid usage of the app is used up ({reason})")
    if status == HTTPStatus.UNAUTHORIZED:
        return AccountStopped("X refuses the tokens of this account")
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(kinds, reason)
    if status in NOT_DONE or status < HTTPStatus.BAD_REQUEST:
        return DeliveryLater(reason, retry_after=wait(headers, now))
    # Here a proxy speaks, which cannot know how far the request came.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryUnknown(reason)
    return DeliveryRefused(reason)


def wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long until the limits that are used up are lifted, in seconds; None where none is."""
    spent = [limit for limit in LIMITS if headers.get(f"{limit}-remaining", "") == "0"]
    resets = [headers.get(f"{limit}-reset", "") for limit in spent]
    moments = [int(reset) for reset in resets if reset.isascii() and reset.isdecimal() and len(reset) < 12]
    return max(1.0, max(moments) - now.timestamp()) if moments else None


def _forbidden(kinds: Iterable[str], reason: str) -> DeliveryError:
    words = reason.lower()
    if _ends(kinds, NOT_FOR_APP) or any(phrase in words for phrase in ABOUT_ACCOUNT):
        return AccountStopped(reason)
    if any(phrase in words for phrase in CLOSED):
        return Unreachable(reason)
    return DeliveryRefused(reason)


def _ends(kinds: Iterable[str], ends: tuple[str, ...]) -> bool:
    return any(kind.endswith(ends) for kind in kinds)


def _problem(payload: bytes) -> Json:
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _words(problem: Json) -> str:
    """What X says is wrong."""
    said = [text(problem, "detail") or text(problem, "title")]
    said += [text(each, "message") or text(each, "detail") for each in things(problem, "errors")]
    said.append(text(problem, "error_description") or text(thing(problem, "error"), "message"))
    return "; ".join(dict.fromkeys(filter(None, said)))
