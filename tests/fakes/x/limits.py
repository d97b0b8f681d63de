"""How much X lets one do in a quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.x.errors import too_many

WINDOW = 900
USUAL = {"posts": 100, "messages": 15, "mentions": 300, "search": 450}


@dataclass
class Limits:
    """Counts calls by kind; `clock` gives seconds since 1970."""

    clock: Callable[[], float]
    most: dict[str, int] = field(default_factory=lambda: dict(USUAL))
    _counts: dict[str, tuple[float, int]] = field(default_factory=dict)

    def take(self, kind: str) -> dict[str, str]:
        """Count a call, and return the headers of its answer; raises `Problem`."""
        most = self.most.get(kind, 900)
        began, number = self._counts.get(kind, (self.clock(), 0))
        if self.clock() >= began + WINDOW:
            began, number = self.clock(), 0
        self._counts[kind] = (began, number + 1)
        headers = {
            "x-rate-limit-limit": str(most),
            "x-rate-limit-remaining": str(max(0, most - number - 1)),
            "x-rate-limit-reset": str(int(began + WINDOW)),
        }
        if number >= most:
            raise too_many(headers)
        return headers
