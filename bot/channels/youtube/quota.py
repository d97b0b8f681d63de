"""What may still be asked of YouTube today: every call costs units of a daily quota.

Counted by this process alone, which is enough to share the units out: what others have used, and
this one before it was started, YouTube says by refusing when nothing is left.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import DeliveryLater

# Units begin anew at midnight there, summer and winter: https://support.google.com/cloud/answer/6330231
PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = 86_400.0
# What a call costs: https://developers.google.com/youtube/v3/determine_quota_cost
READING, ANSWERING = 1, 50
# The part of the day's units that looking for comments may take; the rest is for answers.
POLLING = 0.3
# The longest rest between two looks while there are units left, in seconds: what a large look cost
# is made up for by several such rests.
LONGEST = 300.0
# A clock that is fast sees the new day before YouTube does: who is refused so soon asks again then.
EARLY = timedelta(minutes=10)


class UsedUp(DeliveryLater):
    """Nothing is left of today's units, or of the part that is for answers."""


class Quota:
    """The units of one account."""

    def __init__(self, daily: int, clock: Clock) -> None:
        self._answers_a_day = daily * (1 - POLLING)
        # Each unit spent on looking is followed by so many seconds of rest: evenly over the day.
        self._rest_per_unit = DAY / (daily * POLLING)
        self._clock = clock
        self._refused_until: datetime | None = None
        self._today: date | None = None
        self._answered = 0
        self._paid_at: datetime | None = None

    def mind(self) -> None:
        """Raise `UsedUp` until the units begin anew, once YouTube has said that none are left."""
        wait = self.wait()
        if wait:
            raise UsedUp("YouTube: the units of today are used up", retry_after=wait)

    def mind_answers(self) -> None:
        """The same where the part for answers is used up: humans shall still see what comes."""
        self.mind()
        self._look_at_date()
        if self._answered + ANSWERING > self._answers_a_day:
            wait = self._until(next_reset(self._clock()))
            raise UsedUp("YouTube: the units for answers of today are used up", retry_after=wait)

    def answered(self, units: int) -> None:
        """Units were spent on an answer."""
        self._look_at_date()
        self._answered += units

    def looked(self, units: int) -> None:
        """Units were spent on looking for comments."""
        now = self._clock()
        paid_at = max(now, self._paid_at or now)
        self._paid_at = paid_at + timedelta(seconds=units * self._rest_per_unit)

    def refused(self) -> UsedUp:
        """YouTube says that nothing is left."""
        now = self._clock()
        began = _midnight(now, days=0)
        self._refused_until = began + EARLY if now - began < EARLY else next_reset(now)
        return UsedUp("YouTube: the units of today are used up", retry_after=self.wait())

    def wait(self) -> float:
        """How long nothing may be asked at all, in seconds."""
        return self._until(self._refused_until) if self._refused_until else 0.0

    def rest(self) -> float:
        """How long to rest before the next look, in seconds, so that the units last for the day."""
        return min(LONGEST, self._until(self._paid_at)) if self._paid_at else 0.0

    def _until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._clock()).total_seconds())

    def _look_at_date(self) -> None:
        today = self._clock().astimezone(PACIFIC).date()
        if today != self._today:
            self._today, self._answered = today, 0


def next_reset(now: datetime) -> datetime:
    """The next midnight of the Pacific coast, in UTC: its days have 23 to 25 hours."""
    return _midnight(now, days=1)


def _midnight(now: datetime, *, days: int) -> datetime:
    """That with which a day begins: today, or so many days later."""
    day = now.astimezone(PACIFIC).date() + timedelta(days=days)
    return datetime.combine(day, time(), PACIFIC).astimezone(timezone.utc)
