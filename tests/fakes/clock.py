"""A clock that stands still until it is told to move on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class FakeClock:
    """Called, it tells its time."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **delta: float) -> None:
        """Let time pass."""
        self.time += timedelta(**delta)
