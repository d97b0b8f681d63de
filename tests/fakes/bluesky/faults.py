"""Faults to order: what the next calls of a method meet instead of their answer."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """The call is not carried out (or is, with `after`) and answered with this."""

    status: int = 500
    body: str = '{"error": "InternalServerError", "message": "Internal Server Error"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False


@dataclass(frozen=True)
class Drop:
    """The connection is closed without an answer, before or `after` the call is carried out."""

    after: bool = False


@dataclass(frozen=True)
class Hang:
    """The call is carried out, and the answer never comes."""


Fault = Answer | Drop | Hang


class Faults:
    """Orders by method (`com.atproto.repo.createRecord` ...), taken first in first out."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def next(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next `times` calls of the method meet this fault."""
        self._ordered[method].extend([fault] * times)

    def clear(self) -> None:
        """Nothing fails any more."""
        self._ordered.clear()

    def take(self, method: str) -> Fault | None:
        """The fault for this call, if any."""
        ordered = self._ordered[method]
        return ordered.popleft() if ordered else None
