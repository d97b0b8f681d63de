from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.brand import Silence
from bot.brand.duration import Duration
from bot.inbox.silence import WEEK, chance_of_nothing, expected, is_abnormal, spans

UTC = timezone.utc
PARIS = ZoneInfo("Europe/Paris")
RULES = Silence()
NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=100)

moments = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda after: LONG_AGO + after)
lengths = st.timedeltas(timedelta(0), timedelta(days=30))


def compared(
    silent_for: timedelta, now: datetime = NOON, **more: datetime
) -> list[tuple[datetime, datetime]]:
    """With what the silence until `now` is compared."""
    moments = {"first": LONG_AGO, "last": now - silent_for, "listening": LONG_AGO, **more}
    return spans(now=now, zone=PARIS, rules=RULES, **moments)


def test_a_silence_is_compared_with_the_same_time_of_the_weeks_before() -> None:
    found = compared(timedelta(hours=2))
    assert found == [
        (NOON - timedelta(hours=2) - week * WEEK, NOON - week * WEEK) for week in range(1, RULES.weeks + 1)
    ]


def test_a_short_silence_is_no_matter() -> None:
    assert compared(timedelta(minutes=29)) == []
    assert compared(timedelta(minutes=30)) != []


@pytest.mark.parametrize("known_for", [timedelta(hours=1), timedelta(days=13)])
def test_a_young_account_gives_no_alarm(known_for: timedelta) -> None:
    assert compared(timedelta(hours=2), first=NOON - known_for) == []


def test_only_weeks_that_an_account_has_lived_through_count() -> None:
    assert len(compared(timedelta(hours=2), first=NOON - timedelta(days=22))) == 3


def test_what_was_not_listened_to_is_no_silence() -> None:
    assert compared(timedelta(hours=5), listening=NOON - timedelta(minutes=10)) == []
    ((begins, _), *_) = compared(timedelta(hours=5), listening=NOON - timedelta(hours=1))
    assert begins == NOON - timedelta(hours=1) - WEEK


def test_the_clock_on_the_wall_counts_where_it_was_changed() -> None:
    """Since the night to 29 March, 10 o'clock in Paris is an hour earlier for everybody else."""
    monday = datetime(2026, 3, 30, 8, tzinfo=UTC)
    (_, ends), *_ = compared(timedelta(hours=1), now=monday)
    assert ends == datetime(2026, 3, 23, 9, tzinfo=UTC)


def test_neither_a_holiday_nor_a_campaign_says_what_is_normal() -> None:
    assert expected([20, 0, 22, 21]) == 20
    assert expected([2, 3, 900, 2]) == 2
    assert expected([3, 900]) == 3
    assert expected([]) == 0


def test_nothing_is_an_alarm_where_enough_was_expected() -> None:
    assert not is_abnormal([13, 13, 13, 13], RULES)
    assert is_abnormal([14, 14, 14, 14], RULES)
    assert not is_abnormal([900, 900], Silence(chance=0))
    assert not is_abnormal([], RULES)


@given(number=st.floats(0, 500))
def test_a_chance_is_a_probability_and_falls_with_what_was_expected(number: float) -> None:
    chance = chance_of_nothing(number)
    assert 0 <= chance <= 1
    assert chance_of_nothing(number + 1) <= chance
    assert math.isclose(chance_of_nothing(0), 1)


@given(counts=st.lists(st.integers(0, 1000), min_size=1, max_size=8), week=st.integers(0, 7))
def test_one_week_alone_makes_no_alarm(counts: list[int], week: int) -> None:
    """Whatever it was: with it or without it as many messages are expected as in some other week."""
    index = week % len(counts)
    others = counts[:index] + counts[index + 1 :]
    if others:
        assert expected([*others, 1_000_000]) <= max(others)
        assert expected([*others, 1_000_000]) in others


@given(now=moments, silent_for=lengths, known_for=lengths, listened=lengths, weeks=st.integers(2, 8))
def test_spans_are_as_long_as_the_silence_and_lie_in_a_time_that_the_account_knows(
    now: datetime, silent_for: timedelta, known_for: timedelta, listened: timedelta, weeks: int
) -> None:
    rules = Silence(weeks=weeks, known_for=Duration(days=14))
    first = now - max(known_for, silent_for)
    found = spans(
        first=first, last=now - silent_for, listening=now - listened, now=now, zone=PARIS, rules=rules
    )
    assert len(found) in range(weeks + 1)
    for begins, ends in found:
        # the clock may have been changed meanwhile
        assert abs(ends - begins - min(silent_for, listened, WEEK)) <= timedelta(hours=1)
        assert begins >= first - timedelta(hours=1)
        assert ends < now


@given(
    day=st.lists(st.integers(0, 400), min_size=24, max_size=24),
    opens=st.integers(0, 23),
    hours=st.integers(1, 20),
    minute=st.integers(0, 59),
)
def test_quiet_nights_raise_no_alarm(day: list[int], opens: int, hours: int, minute: int) -> None:
    """Each day is like the others; after its last message the night is as quiet as all nights."""
    rhythm = [rate if (hour - opens) % 24 < hours else 0 for hour, rate in enumerate(day)]
    midnight = NOON.replace(hour=0)
    for later in range(0, 24 * 60, 45):
        now = midnight + timedelta(minutes=later + minute)
        last = _last_before(now, rhythm)
        if last is not None:
            found = spans(
                first=LONG_AGO, last=last, listening=LONG_AGO, now=now, zone=ZoneInfo("UTC"), rules=RULES
            )
            assert not is_abnormal([_came(span, rhythm) for span in found], RULES)


def _last_before(now: datetime, rhythm: list[int]) -> datetime | None:
    """The last message, where one comes at the end of each quarter of an hour in which people write."""
    quarter = now.replace(minute=now.minute // 15 * 15)
    for _ in range(96):
        if rhythm[(quarter - timedelta(minutes=1)).hour]:
            return quarter - timedelta(minutes=1)
        quarter -= timedelta(minutes=15)
    return None


def _came(span: tuple[datetime, datetime], rhythm: list[int]) -> int:
    """How many messages came in the quarters that lie in a span as a whole."""
    begins, ends = span
    quarter = begins.replace(minute=begins.minute // 15 * 15)
    quarter += timedelta(minutes=15) * (quarter < begins)
    came = 0
    while quarter + timedelta(minutes=15) <= ends:
        came += rhythm[quarter.hour]
        quarter += timedelta(minutes=15)
    return came
