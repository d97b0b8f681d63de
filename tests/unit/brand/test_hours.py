"""Promises that count the hours in which people work."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from bot.brand import Account, Hours
from bot.brand.hours import Times, due, week_days
from tests.fakes.example import BRAND

WEEKDAYS = Hours(open={"mon-fri": Times.parse("09:00-12:00, 13:00-18:00")}, holidays=(date(2026, 12, 25),))
ALWAYS = Hours(open={"mon-sun": Times.parse("00:00-24:00")})
PARIS, NEW_YORK, KOLKATA = "Europe/Paris", "America/New_York", "Asia/Kolkata"


def after(start: str, hours: float, when: Hours = WEEKDAYS, zone: str = PARIS) -> str:
    """When so many hours are over, by the clocks of the zone."""
    moment = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    result = due(moment, timedelta(hours=hours), when, zone)
    assert result.tzinfo is timezone.utc
    return result.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-23 09:00", 2, "2026-11-23 11:00"),
        # The end of an opening still counts to it.
        ("2026-11-23 09:00", 3, "2026-11-23 12:00"),
        ("2026-11-23 11:00", 2, "2026-11-23 14:00"),
        ("2026-11-23 12:30", 1, "2026-11-23 14:00"),
        # Past midnight.
        ("2026-11-23 17:00", 4, "2026-11-24 12:00"),
        ("2026-11-23 23:59", 1, "2026-11-24 10:00"),
        # Across a weekend, and written on it.
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),
        ("2026-11-28 15:00", 4, "2026-11-30 14:00"),
        # Christmas is a Friday.
        ("2026-12-24 17:00", 2, "2026-12-28 10:00"),
        ("2026-11-23 09:00", 40, "2026-11-27 18:00"),
    ],
)
def test_only_hours_of_work_count(start: str, hours: float, expected: str) -> None:
    assert after(start, hours) == expected


@pytest.mark.parametrize(
    ("start", "hours", "zone", "expected"),
    [
        # The night of 29 March 2026 has 23 hours in Paris, that of 25 October 25.
        ("2026-03-28 20:00", 12, PARIS, "2026-03-29 09:00"),
        ("2026-10-24 20:00", 12, PARIS, "2026-10-25 07:00"),
        ("2026-03-07 20:00", 12, NEW_YORK, "2026-03-08 09:00"),
        ("2026-03-28 20:00", 12, KOLKATA, "2026-03-29 08:00"),
    ],
)
def test_days_of_23_and_25_hours_count_as_long_as_they_are(
    start: str, hours: float, zone: str, expected: str
) -> None:
    assert after(start, hours, ALWAYS, zone) == expected


def test_the_hours_are_those_of_the_market_whatever_zone_the_moment_is_in() -> None:
    # 03:30 in London is 09:00 in Kolkata.
    moment = datetime(2026, 11, 23, 3, 30, tzinfo=timezone.utc)
    assert due(moment, timedelta(hours=1), WEEKDAYS, KOLKATA) == moment + timedelta(hours=1)


def test_opening_moves_with_the_clocks() -> None:
    assert after("2026-03-27 17:30", 1) == "2026-03-30 09:30"
    before = due(datetime(2026, 3, 27, 20, tzinfo=timezone.utc), timedelta(hours=1), WEEKDAYS, PARIS)
    assert before == datetime(2026, 3, 30, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("clock", "within"),
    [("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False), ("12:00", False)],
)
def test_quiet_hours_go_past_midnight(clock: str, within: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=ZoneInfo(PARIS))
    assert Times.parse("22:00-07:00").hold(moment) is within


def test_days_are_named_in_a_row_or_alone() -> None:
    assert week_days("mon-wed") == ("mon", "tue", "wed")
    assert week_days("sat-mon") == ("sat", "sun", "mon")
    assert week_days("sun") == ("sun",)


@pytest.mark.parametrize(
    "text", ["9:00-18:00", "09:00", "09:00-24:30", "25:00-26:00", "09:00-09:00", "", "0"]
)
def test_what_is_no_hours_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected hours|no span"):
        Times.parse(text)


def test_what_is_urgent_is_promised_around_the_clock() -> None:
    brand = BRAND
    night = datetime(2026, 11, 23, 23, tzinfo=timezone.utc)
    account = Account(channel="telegram", id="x", market="uk")
    assert brand.answer_by(account, "urgent", night) == night + timedelta(minutes=30)
    assert brand.answer_by(account, "high", night) > night + timedelta(hours=9)
    market = structs.replace(brand.markets["uk"], hours=None)
    always = structs.replace(brand, markets={"uk": market})
    assert always.answer_by(account, "high", night) == night + timedelta(hours=4)
