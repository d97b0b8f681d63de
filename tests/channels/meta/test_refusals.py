"""Errors of the Graph API are sorted as Meta documents them."""

from __future__ import annotations

import json

import pytest

from bot.channels.meta.refusals import LONGEST_REASON, read_refusal, sort
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


def answered(status: int, code: int | None = None, subcode: int | None = None) -> DeliveryError:
    error = {"message": "(#1) Words", "code": code, "error_subcode": subcode, "type": "OAuthException"}
    body = json.dumps({"error": error}).encode() if code is not None else b"<html>no</html>"
    return sort(read_refusal(status, {}, body))


@pytest.mark.parametrize(
    ("status", "code", "subcode", "kind"),
    [
        (500, 1, None, DeliveryLater),
        (500, 2, None, DeliveryLater),
        (400, 4, None, DeliveryLater),
        (400, 613, None, DeliveryLater),
        (400, 613, 2534040, DeliveryLater),
        (400, 1200, None, DeliveryLater),
        (400, 10, 2018278, WindowClosed),
        (400, 10, 2534022, WindowClosed),
        (400, 10, 2018108, Unreachable),
        (400, 551, None, Unreachable),
        (400, 551, 1545041, Unreachable),
        (400, 200, 1545041, Unreachable),
        (400, 10, 2018300, TakenElsewhere),
        (400, 100, None, DeliveryRefused),
        (400, 100, 2018001, DeliveryRefused),
        (400, 100, 2534014, DeliveryRefused),
        (400, 100, 2534025, DeliveryRefused),
        (403, 10, None, DeliveryRefused),
        (403, 200, 2534041, DeliveryRefused),
        (500, 1, 99, DeliveryRefused),
        (400, 190, None, AccountStopped),
        (401, 190, 463, AccountStopped),
        (400, 10, 1893063, AccountStopped),
    ],
)
def test_documented_error(status: int, code: int, subcode: int | None, kind: type[DeliveryError]) -> None:
    assert type(answered(status, code, subcode)) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, DeliveryLater),
        (425, DeliveryLater),
        (429, DeliveryLater),
        (500, DeliveryLater),
        (503, DeliveryLater),
        (502, DeliveryUnknown),
        (504, DeliveryUnknown),
        (401, AccountStopped),
        (404, DeliveryRefused),
        (302, DeliveryRefused),
    ],
)
def test_answer_of_somebody_else_is_sorted_by_its_status(status: int, kind: type[DeliveryError]) -> None:
    assert type(answered(status)) is kind


def test_unknown_error_that_meta_calls_transient_may_be_tried_again() -> None:
    body = b'{"error": {"message": "Hm", "code": 4242, "is_transient": true}}'
    assert isinstance(sort(read_refusal(400, {}, body)), DeliveryLater)


def test_wait_that_is_asked_for_is_told() -> None:
    error = sort(read_refusal(429, {"Retry-After": "30"}, b""))
    assert isinstance(error, DeliveryLater)
    assert error.retry_after == 30


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ('{"1": [{"type": "messenger", "estimated_time_to_regain_access": 19}]}', 1140),
        ('{"1": [{"estimated_time_to_regain_access": 1}, {"estimated_time_to_regain_access": 2}]}', 120),
        ('{"1": [{"type": "messenger", "estimated_time_to_regain_access": 0}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": []}], "2": 7}', None),
        ("[7]", None),
        ("soon", None),
    ],
)
def test_wait_is_told_by_the_usage_of_the_account_too(usage: str, seconds: float | None) -> None:
    error = sort(read_refusal(400, {"X-Business-Use-Case-Usage": usage}, b'{"error": {"code": 80006}}'))
    assert isinstance(error, DeliveryLater)
    assert error.retry_after == seconds


def test_reason_is_short_and_has_the_numbers() -> None:
    body = json.dumps({"error": {"message": "x" * 1000, "code": 100, "error_subcode": 33}}).encode()
    reason = str(sort(read_refusal(400, {}, body)))
    assert len(reason) < LONGEST_REASON + 30
    assert reason.endswith("(100/33)")


@pytest.mark.parametrize("body", [b"", b"7", b"[" * 100_000, b'{"error": 7}', b'{"error": {"code": []}}'])
def test_odd_error_is_refused_without_an_error_of_ours(body: bytes) -> None:
    assert type(sort(read_refusal(400, {"Retry-After": "soon"}, body))) is DeliveryRefused
