"""The daily quota of a project, as Google counts it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.fakes.youtube.errors import ApiError

# https://developers.google.com/youtube/v3/determine_quota_cost
COSTS = {"channels": 1, "commentThreads": 1, "comments": 1, "insert": 50}


class Units:
    """Units that are used up and begin anew at midnight of the Pacific coast."""

    def __init__(self, daily: int, clock: Callable[[], datetime]) -> None:
        self.daily = daily
        self._clock = clock
        self._day: date | None = None
        self._used = 0

    @property
    def used(self) -> int:
        """How many of today were used."""
        today = self._clock().astimezone(ZoneInfo("America/Los_Angeles")).date()
        if today != self._day:
            self._day, self._used = today, 0
        return self._used

    def use(self, call: str) -> None:
        """Count a call; raises `ApiError` where not enough is left for it."""
        if self.used + COSTS[call] > self.daily:
            raise ApiError(403, "quotaExceeded")
        self._used += COSTS[call]

    def use_up(self) -> None:
        """Somebody else has used all that was left of today."""
        self._used = self.used + self.daily
