"""Faults to order: what the next calls of a method meet instead of their answer."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The call is not carried out and answered with this status.

    With `page` the body is that text instead of the Bot API's JSON, as of a proxy.
    """

    status: int
    description: str = "ordered by the test"
    retry_after: int | None = None
    page: str | None = None


@dataclass(frozen=True)
class Drop:
    """The connection is closed without an answer, before or `after` the call is carried out."""

    after: bool = False


@dataclass(frozen=True)
class Hang:
    """The call is carried out, and the answer never comes."""


Fault = Answer | Drop | Hang


class Faults:
    """Orders by method, taken first in first out."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the method meet this fault."""
        self._ordered[method.lower()].extend([fault] * times)

    def clear(self, method: str) -> None:
        """Forget what is ordered for a method."""
        self._ordered[method.lower()].clear()

    def take(self, method: str) -> Fault | None:
        """The fault for this call, if any."""
        ordered = self._ordered[method.lower()]
        return ordered.popleft() if ordered else None
