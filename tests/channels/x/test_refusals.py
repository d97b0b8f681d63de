"""What X's refusals mean for a message."""

from __future__ import annotations

import json

import pytest
from multidict import CIMultiDict

from bot.channels.x.refusals import sort, wait
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    Unreachable,
)
from tests.fakes.clock import FakeClock
from tests.fakes.x.errors import (
    Problem,
    closed,
    duplicate,
    invalid,
    not_summoned,
    not_there,
    too_long,
    unauthorized,
    used_up,
)

NOW = FakeClock()()
FORBIDDEN = "https://api.twitter.com/2/problems/client-forbidden"


def sorted_as(problem: Problem) -> DeliveryError:
    return sort(problem.status, CIMultiDict(problem.headers), json.dumps(problem.body).encode(), NOW)


@pytest.mark.parametrize(
    "problem", [not_summoned(), duplicate(), too_long(), not_there(), invalid("No", "no")]
)
def test_never(problem: Problem) -> None:
    error = sorted_as(problem)
    assert type(error) is DeliveryRefused
    assert problem.args[0][:40] in str(error)


def test_person_who_is_suspended_stops_nothing_else() -> None:
    problem = Problem(403, "User has been suspended.")
    assert type(sorted_as(problem)) is DeliveryRefused


def test_person_takes_no_messages() -> None:
    assert type(sorted_as(closed())) is Unreachable


@pytest.mark.parametrize(
    "problem",
    [
        unauthorized(),
        Problem(402, "credits depleted", kind="https://api.x.com/2/problems/credits"),
        Problem(403, "Client Forbidden", kind=FORBIDDEN),
        Problem(403, "Your account is suspended and is not permitted to access this feature."),
    ],
)
def test_account_stops(problem: Problem) -> None:
    assert type(sorted_as(problem)) is AccountStopped


def test_used_up_usage_stops_the_account_and_says_so() -> None:
    error = sorted_as(used_up())
    assert type(error) is AccountStopped
    assert "usage of the app is used up" in str(error)
    assert "Usage cap exceeded" in str(error)


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 503])
def test_later(status: int) -> None:
    assert type(sort(status, CIMultiDict(), b"<html>", NOW)) is DeliveryLater


@pytest.mark.parametrize("status", [502, 504])
def test_nobody_knows(status: int) -> None:
    assert type(sort(status, CIMultiDict(), b"<html>", NOW)) is DeliveryUnknown


def test_limit_is_waited_for() -> None:
    reset = int(NOW.timestamp()) + 300
    headers = CIMultiDict({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)})
    error = sort(429, headers, b"{}", NOW)
    assert isinstance(error, DeliveryLater)
    assert error.retry_after == 300


def test_longest_limit_counts_and_odd_ones_do_not() -> None:
    now = int(NOW.timestamp())
    headers = CIMultiDict(
        {
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(now + 300),
            "x-user-limit-24hour-remaining": "0",
            "x-user-limit-24hour-reset": str(now + 7200),
            "x-app-limit-24hour-remaining": "9",
            "x-app-limit-24hour-reset": str(now + 9000),
        }
    )
    assert wait(headers, NOW) == 7200
    assert wait(CIMultiDict({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "soon"}), NOW) is None
    assert wait(CIMultiDict({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "1"}), NOW) == 1
