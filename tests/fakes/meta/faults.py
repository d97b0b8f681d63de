"""Faults to order: what the next calls of an edge meet instead of their answer."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Refuse:
    """The call is not carried out and answered with this error."""

    code: int
    subcode: int | None = None
    status: int = 400
    retry_after: int | None = None


@dataclass(frozen=True)
class Page502:
    """Somebody on the way answers with a page; nobody knows what became of the call."""

    status: int = 502


@dataclass(frozen=True)
class Drop:
    """The connection is closed without an answer, before or `after` the call is carried out."""

    after: bool = False


@dataclass(frozen=True)
class Hang:
    """The call is carried out, and the answer never comes."""


Fault = Refuse | Page502 | Drop | Hang


class Faults:
    """Orders by edge (`messages`, `actions`, `comments` ...), taken first in first out."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def next(self, edge: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the edge meet this fault."""
        self._ordered[edge].extend([fault] * times)

    def take(self, edge: str) -> Fault | None:
        """The fault for this call, if any."""
        ordered = self._ordered[edge]
        return ordered.popleft() if ordered else None
