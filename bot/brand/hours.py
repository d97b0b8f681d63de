"""When people work: hours of the week, holidays, and promises that count only those hours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from itertools import count
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Meta

from bot.brand.shape import Shape

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(WEEK)
Days = Annotated[str, Meta(pattern=f"^({_DAY})(-({_DAY}))?$")]

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MIDNIGHT = timedelta(days=1)


class Span(NamedTuple):
    """From when to when on a clock, as time since midnight; 24:00 is the end of the day."""

    begins: timedelta
    ends: timedelta

    def holds(self, clock: timedelta) -> bool:
        """Whether a clock that shows this is within; a span may go past midnight."""
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


class Times:
    """Hours of a day, read from a text such as `08:00-12:30, 13:30-18:00`."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self.spans = spans

    @classmethod
    def parse(cls, text: object) -> Times:
        """Read hours; raise `ValueError` in words for the editor of the file."""
        return cls(tuple(_span(part.strip()) for part in str(text).split(",")))

    def hold(self, moment: datetime) -> bool:
        """Whether the clock on the wall, of whichever zone the moment is in, shows one of them."""
        clock = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
        return any(span.holds(clock) for span in self.spans)

    def __str__(self) -> str:
        return ", ".join(f"{_clock(span.begins)}-{_clock(span.ends)}" for span in self.spans)


class Hours(Shape, frozen=True, kw_only=True):
    """When a market's agents work: hours by days of the week, and the dates on which nobody does."""

    open: dict[Days, Times]
    holidays: tuple[date, ...] = ()

    def of(self, day: date) -> tuple[Span, ...]:
        """The hours of a day."""
        if day in self.holidays:
            return ()
        found = (times.spans for days, times in self.open.items() if WEEK[day.weekday()] in week_days(days))
        return next(found, ())


def week_days(days: str) -> tuple[str, ...]:
    """The days that `mon-fri`, `fri-mon` or `sat` names."""
    first, _, last = days.partition("-")
    begin, end = WEEK.index(first), WEEK.index(last or first)
    return WEEK[begin : end + 1] if begin <= end else WEEK[begin:] + WEEK[: end + 1]


def due(moment: datetime, delay: timedelta, hours: Hours, zone: str) -> datetime:
    """When `delay` is over, counted from `moment` while people work, by the clocks of the zone. In UTC."""
    for opens, closes in _openings(hours, ZoneInfo(zone), moment):
        begins = max(opens, moment)
        if begins + delay <= closes:
            return begins + delay
        delay -= max(closes - begins, timedelta())
    raise AssertionError("hours without an end")


def _openings(hours: Hours, zone: ZoneInfo, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans from the day of the moment on, as moments in UTC: for ever."""
    first = moment.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in count()):
        for span in hours.of(day):
            yield _moment(day, span.begins, zone), _moment(day, span.ends, zone)


def _moment(day: date, clock: timedelta, zone: ZoneInfo) -> datetime:
    """When the clocks of the zone show this: also on days that have 23 or 25 hours."""
    on_the_wall = datetime.combine(day, time()) + clock
    return on_the_wall.replace(tzinfo=zone).astimezone(timezone.utc)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"expected hours such as 08:00-18:30, got {text!r}")
    begins, ends = (timedelta(hours=int(match[n]), minutes=int(match[n + 1])) for n in (1, 3))
    if begins == ends or ends > _MIDNIGHT:
        raise ValueError(f"{text!r} is no span of time")
    return Span(begins, ends)


def _clock(since_midnight: timedelta) -> str:
    minutes = int(since_midnight.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
