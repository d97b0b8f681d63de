"""What an answer other than success means for another attempt. Pure.

https://developers.google.com/youtube/v3/docs/errors
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from bot.channels.http import retry_after
from bot.channels.reading import field, text, things
from bot.errors import AccountStopped, DeliveryError, DeliveryLater, DeliveryRefused, DeliveryUnknown

# The day's units are used up.
QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
# Too much at once.
HASTE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
# Nothing can be done for this account, whatever is asked.
ACCOUNT = frozenset(
    {
        "accessNotConfigured",
        "accountDelegationForbidden",
        "authenticatedUserAccountClosed",
        "authenticatedUserAccountSuspended",
        "authenticatedUserNotChannel",
        "channelClosed",
        "channelSuspended",
        "cmsUserAccountNotFound",
        "ineligibleAccount",
        "insufficientPermissions",
        "SERVICE_DISABLED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "youtubeSignupRequired",
    }
)
# Said of odd requests, and of good ones in bad moments: a look may be repeated, a comment may not.
DOUBTFUL = "processingFailure"
PASSING = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
LONGEST_REASON = 200


class Missing(DeliveryRefused):
    """What was asked for is not there, or not any more."""


class Refusal(Struct, frozen=True, kw_only=True):
    """An error that YouTube answered; without `reasons` somebody else speaks, such as a proxy.

    `retry_after` is in seconds.
    """

    status: int
    reasons: frozenset[str]
    message: str = ""
    retry_after: float | None = None

    @property
    def is_quota(self) -> bool:
        """Whether the day's units are used up."""
        return bool(self.reasons & QUOTA)

    @property
    def words(self) -> str:
        """What people are told."""
        said = " ".join(filter(None, (", ".join(sorted(self.reasons)), self.message)))
        return f"YouTube: {self.status} {said}".rstrip()


def read_refusal(status: int, headers: Mapping[str, str], payload: bytes) -> Refusal:
    """The error in an answer that is no success, in the older form and in the newer one."""
    try:
        error = field(json.loads(payload), "error")
    except (ValueError, RecursionError):
        error = None
    told = (*things(error, "errors"), *things(error, "details"))
    return Refusal(
        status=status,
        reasons=frozenset(filter(None, (text(each, "reason") for each in told))),
        message=text(error, "message")[:LONGEST_REASON],
        retry_after=retry_after(headers),
    )


def sort(refusal: Refusal, *, repeatable: bool) -> DeliveryError:
    """The error to raise; `repeatable` says that the call does no harm when it is made twice."""
    status, reasons, words = refusal.status, refusal.reasons, refusal.words
    if reasons & HASTE or status in PASSING or (DOUBTFUL in reasons and repeatable):
        return DeliveryLater(words, retry_after=refusal.retry_after)
    if reasons & ACCOUNT or status == HTTPStatus.UNAUTHORIZED:
        return AccountStopped(words)
    # Of 502 and 504 a proxy speaks, which cannot know how far the request came.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not repeatable:
        return DeliveryUnknown(words)
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return DeliveryLater(words, retry_after=refusal.retry_after)
    return Missing(words) if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else DeliveryRefused(words)
