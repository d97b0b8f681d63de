"""Whether the silence of an account is normal: how likely it is to hear nothing for so long. Pure.

What came in the same time of each of the last weeks, by the clocks of the market, tells what was to
be expected. Of these weeks the middle one counts, or of two in the middle the quieter: neither a
holiday nor the week of a campaign says what is normal. That nothing comes where so much was expected
has the probability that Poisson gives it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.brand import Silence

WEEK = timedelta(days=7)
# Of a longer silence only the last part is looked at: what has become usual is no alarm any more.
LONGEST = WEEK
# One week alone may have been any.
FEWEST = 2

Span = tuple[datetime, datetime]


def spans(
    *,
    first: datetime,
    last: datetime,
    listening: datetime,
    now: datetime,
    zone: ZoneInfo,
    rules: Silence,
) -> list[Span]:
    """The times of past weeks that the present silence is compared with; none where it is no matter yet.

    Customers wrote `first` and `last` at these moments; since `listening` they would have been heard.
    The account must be known for `rules.known_for`, and of the past only weeks count that lie after
    its first message.
    """
    begins = max(last, listening, now - LONGEST)
    if now - begins < rules.at_least or now - first < rules.known_for:
        return []
    weeks = min(rules.weeks, (begins - first) // WEEK)
    if weeks < FEWEST:
        return []
    return [(_earlier(begins, week, zone), _earlier(now, week, zone)) for week in range(1, weeks + 1)]


def is_abnormal(came: Sequence[int], rules: Silence) -> bool:
    """Whether the silence is an alarm, where so many messages came in the time of each past week."""
    return bool(came) and chance_of_nothing(expected(came)) < rules.chance


def expected(came: Sequence[int]) -> float:
    """How many messages were to be expected."""
    return float(sorted(came)[(len(came) - 1) // 2]) if came else 0.0


def chance_of_nothing(number: float) -> float:
    """How likely it is that nothing comes where so many messages are expected (Poisson)."""
    return math.exp(-number)


def _earlier(moment: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """The same time by the clock on the wall, so many weeks ago."""
    return (moment.astimezone(zone) - weeks * WEEK).astimezone(timezone.utc)
