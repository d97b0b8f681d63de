"""Faults to order: what the next calls of a kind meet instead of their answer."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.fakes.x.errors import Problem


@dataclass(frozen=True)
class Page:
    """Somebody on the way answers with a page."""

    status: int = 502


@dataclass(frozen=True)
class Drop:
    """The connection is closed without an answer, before or `after` the call is carried out."""

    after: bool = False


Fault = Problem | Page | Drop


@dataclass
class Faults:
    """Orders by kind (`posts`, `messages`, `mentions` ...), taken first in first out."""

    _ordered: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def next(self, kind: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the kind meet this fault."""
        self._ordered[kind].extend([fault] * times)

    def take(self, kind: str) -> Fault | None:
        """The fault for this call, if any."""
        ordered = self._ordered[kind]
        return ordered.popleft() if ordered else None
