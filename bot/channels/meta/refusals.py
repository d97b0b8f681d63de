"""What an error of the Graph API means for a message: later, never, or stop the account. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from bot.channels.http import retry_after
from bot.channels.reading import number, text, thing, things
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    TakenElsewhere,
    Unreachable,
    WindowClosed,
)

Kind = Callable[[str], DeliveryError]
# By code and subcode; None stands for any.
Table = Mapping[tuple[int | None, int | None], Kind]

# Messenger Platform, "Common Error Codes", and Graph API, "Handling errors" (2026). What is not
# here is never accepted: it would be refused again.
COMMON: Table = {
    # The platform has a weak moment, or we are too fast.
    (1, None): DeliveryLater,
    (2, None): DeliveryLater,
    (4, None): DeliveryLater,
    (17, None): DeliveryLater,
    (32, None): DeliveryLater,
    (341, None): DeliveryLater,
    (613, None): DeliveryLater,
    (1200, None): DeliveryLater,
    (80001, None): DeliveryLater,
    (80002, None): DeliveryLater,
    (80006, None): DeliveryLater,
    # An unknown error that means missing permissions: waiting grants none.
    (1, 99): DeliveryRefused,
    # The time for an answer is over.
    (10, 2018065): WindowClosed,
    (10, 2018278): WindowClosed,
    (10, 2534022): WindowClosed,
    # The person cannot be written to.
    (10, 2018108): Unreachable,
    (551, None): Unreachable,
    (None, 1545041): Unreachable,
    # Another application has the conversation.
    (None, 2018300): TakenElsewhere,
    # The token is dead, or Meta has restricted the account.
    (102, None): AccountStopped,
    (190, None): AccountStopped,
    (368, None): AccountStopped,
    (10, 1893063): AccountStopped,
}

# The request was not carried out: it may be made again.
NOT_DONE = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
LONGEST_REASON = 300
# Who is too fast is told here, by account and kind of use, in how many minutes he may go on.
USAGE, REGAINED = "X-Business-Use-Case-Usage", "estimated_time_to_regain_access"
LONGEST_MINUTES = 24 * 60


class Refusal(Struct, frozen=True, kw_only=True):
    """An error that Meta answered; without `code` somebody else speaks, such as a proxy.

    `retry_after` is in seconds.
    """

    status: int
    code: int | None = None
    subcode: int | None = None
    message: str = ""
    transient: bool = False
    retry_after: float | None = None

    @property
    def reason(self) -> str:
        """What people are told: Meta's words and numbers."""
        if self.code is None:
            return f"Meta: status {self.status}"
        numbers = f"{self.code}/{self.subcode}" if self.subcode else f"{self.code}"
        return f"Meta: {self.message[:LONGEST_REASON]} ({numbers})"


def read_refusal(status: int, headers: Mapping[str, str], payload: bytes) -> Refusal:
    """The error in an answer that is no success."""
    try:
        body: Any = json.loads(payload)
    except (ValueError, RecursionError):
        body = {}
    error = thing(body, "error")
    return Refusal(
        status=status,
        code=number(error, "code"),
        subcode=number(error, "error_subcode"),
        message=text(error, "message"),
        transient=error.get("is_transient") is True,
        retry_after=_wait(headers),
    )


def sort(refusal: Refusal, table: Table = COMMON) -> DeliveryError:
    """The error to raise: the most exact line of the table wins, then what the status tells."""
    kind = _of_table(refusal, table) or _of_status(refusal)
    if kind is DeliveryLater:
        return DeliveryLater(refusal.reason, retry_after=refusal.retry_after)
    return kind(refusal.reason)


def _of_table(refusal: Refusal, table: Table) -> Kind | None:
    code, subcode = refusal.code, refusal.subcode
    if code is None:
        return None
    keys = ((code, subcode), (None, subcode), (code, None))
    return next((table[key] for key in keys if key in table and key != (None, None)), None)


def _of_status(refusal: Refusal) -> Kind:
    if refusal.transient or refusal.status in NOT_DONE:
        return DeliveryLater
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        return AccountStopped
    # Of 502 and 504 above all a proxy speaks, which cannot know how far the request came.
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryLater if refusal.code is not None else DeliveryUnknown
    return DeliveryRefused


def _wait(headers: Mapping[str, str]) -> float | None:
    """The longest wait that Meta asks for, in seconds."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    try:
        usage: Any = json.loads(headers.get(USAGE, ""))
    except (ValueError, RecursionError):
        return None
    cases = (case for name in usage for case in things(usage, name)) if isinstance(usage, dict) else ()
    minutes = max((number(case, REGAINED) or 0 for case in cases), default=0)
    return min(minutes, LONGEST_MINUTES) * 60.0 if minutes > 0 else None
