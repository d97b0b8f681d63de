"""How fast one visitor may write."""

from __future__ import annotations

from collections.abc import Callable

# A burst of a person in distress passes; a loop in a page does not.
BURST = 20
PER_SECOND = 1.0
# Full buckets are forgotten once there are this many.
KEPT = 10_000


class Buckets:
    """A bucket of tokens per visitor, filled at a steady rate.

    `seconds` is a clock that never goes back, in seconds.
    """

    def __init__(
        self, seconds: Callable[[], float], *, burst: int = BURST, per_second: float = PER_SECOND
    ) -> None:
        self._seconds = seconds
        self._burst = burst
        self._rate = per_second
        self._levels: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, visitor: str) -> float:
        """Take one token; the answer is how many seconds to wait, 0 if it was there."""
        now = self._seconds()
        level = self._level(visitor, now)
        if level < 1:
            return (1 - level) / self._rate
        self._levels[visitor] = (level - 1, now)
        if len(self._levels) > KEPT:
            self._forget(now)
        return 0.0

    def _level(self, visitor: str, now: float) -> float:
        level, then = self._levels.get(visitor, (float(self._burst), now))
        return min(float(self._burst), level + (now - then) * self._rate)

    def _forget(self, now: float) -> None:
        full = [visitor for visitor in self._levels if self._level(visitor, now) >= self._burst]
        for visitor in full:
            del self._levels[visitor]
