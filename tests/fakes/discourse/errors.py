"""How the forum says no."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

NOT_PERMITTED = "You are not permitted to view the requested resource."
LIMIT = "Discourse-Rate-Limit-Error-Code"
SLOW_DOWN = "You've performed this action too many times, please try again later."


@dataclass(frozen=True)
class Answer:
    """A call is answered with this and not carried out."""

    status: int
    error_type: str = ""
    wait: int | None = None
    # Whether the header says how long to wait, too.
    header: bool = True


@dataclass(frozen=True)
class Hang:
    """A call is carried out, and nobody is told."""


def failure(answer: Answer) -> web.Response:
    """What was ordered."""
    if answer.wait is None:
        return errors(answer.status, NOT_PERMITTED, answer.error_type)
    return slow_down(answer.wait, {"Retry-After": str(answer.wait)} if answer.header else {})


def slow_down(wait: int, headers: dict[str, str]) -> web.Response:
    """Too much was asked for (ApplicationController, RateLimiter::LimitExceeded)."""
    extras = {"wait_seconds": wait, "time_left": f"{wait} seconds"}
    body = {"errors": [SLOW_DOWN], "error_type": "rate_limit", "extras": extras}
    return web.json_response(body, status=429, headers=headers)


def errors(status: int, words: str, kind: str) -> web.Response:
    """An error as the forum words it (ApplicationController, render_json_error)."""
    return web.json_response({"errors": [words], "error_type": kind}, status=status)
