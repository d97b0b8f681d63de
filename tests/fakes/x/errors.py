"""What X answers when it refuses a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


class Problem(Exception):
    """A refusal, with X's words."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        title: str = "Forbidden",
        kind: str = "about:blank",
        headers: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}
        self.body = body or {"detail": detail, "type": kind, "title": title, "status": status}


def unauthorized() -> Problem:
    """The token is dead, or the signature is wrong."""
    return Problem(401, "Unauthorized", title="Unauthorized")


def not_summoned() -> Problem:
    """The author has neither mentioned nor quoted the account."""
    return Problem(
        403,
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
        "engaged by the author of the post you are replying to.",
    )


def not_there() -> Problem:
    """The post was deleted."""
    return Problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")


def duplicate() -> Problem:
    """The same words a second time."""
    return Problem(403, "You are not allowed to create a Tweet with duplicate content.")


def too_long() -> Problem:
    """More than 280."""
    return Problem(403, "Your Tweet text is too long. For more information, see counting characters.")


def closed() -> Problem:
    """The person takes no messages."""
    return Problem(403, "You do not have permission to DM one or more participants.")


def too_many(headers: Mapping[str, str]) -> Problem:
    """The limit of a quarter of an hour is used up."""
    return Problem(429, "Too Many Requests", title="Too Many Requests", headers=headers)


def used_up() -> Problem:
    """What was paid for is used up."""
    return Problem(
        429,
        "Usage cap exceeded: Monthly product cap",
        body={
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.x.com/2/problems/usage-capped",
            "period": "Monthly",
            "scope": "Product",
        },
    )


def invalid(reason: str, message: str) -> Problem:
    """A parameter is wrong, or a webhook."""
    body = {"errors": [{"message": f"{reason}: {message}"}], "title": "Invalid Request", "detail": message}
    return Problem(400, message, body=body)
