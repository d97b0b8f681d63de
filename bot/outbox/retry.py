"""When to try again. Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

FIRST = 1.0
LONGEST = 300.0
_random = random.SystemRandom()


def next_attempt(
    attempts: int, retry_after: float | None, *, now: datetime, deadline: datetime
) -> datetime | None:
    """The moment of the next attempt, or None when it would come after the deadline.

    The platform's own wish comes first; else the wait doubles, with jitter so that many
    messages that failed together do not come back together.
    """
    wait = retry_after if retry_after is not None else _doubled(attempts)
    moment = now + timedelta(seconds=wait)
    return moment if moment < deadline else None


def _doubled(attempts: int) -> float:
    longest = min(LONGEST, FIRST * 2.0**attempts)
    return _random.uniform(longest / 2, longest)
