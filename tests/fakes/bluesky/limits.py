"""Limits, with the headers that tell of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.bluesky.errors import XrpcError

CREATE_SESSION, CREATE_RECORD = "com.atproto.server.createSession", "com.atproto.repo.createRecord"


@dataclass
class Limit:
    """So many points in so many seconds."""

    most: int
    seconds: int
    cost: int = 1
    spent: int = 0
    resets: float = 0.0


def usual() -> dict[str, list[Limit]]:
    """The limits of a method, as the documentation gives them."""
    return {
        CREATE_SESSION: [Limit(30, 300), Limit(300, 86400)],
        CREATE_RECORD: [Limit(5000, 3600, cost=3), Limit(35000, 86400, cost=3)],
    }


@dataclass
class Limits:
    """What is left of each; `overall` is for all methods together."""

    clock: Callable[[], float]
    by_method: dict[str, list[Limit]] = field(default_factory=usual)
    overall: Limit = field(default_factory=lambda: Limit(3000, 300))

    def spend(self, method: str) -> dict[str, str]:
        """Count a call, and tell the headers of the limit that is nearest; raises `XrpcError`."""
        concerned = [*self.by_method.get(method, []), self.overall]
        for limit in concerned:
            self._turn(limit)
        over = [limit for limit in concerned if limit.spent + limit.cost > limit.most]
        if over:
            error = XrpcError(429, "RateLimitExceeded", "Rate Limit Exceeded")
            raise Limited(error, self._headers(over[0]))
        for limit in concerned:
            limit.spent += limit.cost
        return self._headers(min(concerned, key=lambda each: (each.most - each.spent) / each.cost))

    def _turn(self, limit: Limit) -> None:
        if self.clock() >= limit.resets:
            limit.spent, limit.resets = 0, self.clock() + limit.seconds

    def _headers(self, limit: Limit) -> dict[str, str]:
        left = max(0, limit.most - limit.spent)
        return {
            "RateLimit-Limit": str(limit.most),
            "RateLimit-Remaining": str(left if left >= limit.cost else 0),
            "RateLimit-Reset": str(int(limit.resets)),
            "RateLimit-Policy": f"{limit.most};w={limit.seconds}",
        }


class Limited(Exception):
    """Too many calls."""

    def __init__(self, error: XrpcError, headers: dict[str, str]) -> None:
        super().__init__(str(error))
        self.error = error
        self.headers = headers
