"""Faults to order: what the next calls of a kind meet instead of their answer, or on its way."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Refuse:
    """The call is not carried out and answered with this error."""

    status: int
    reason: str = ""
    retry_after: int | None = None


@dataclass(frozen=True)
class Page:
    """Somebody on the way answers with a page, or with what is given as `text`."""

    status: int = 502
    text: str = "<html>Bad gateway</html>"


@dataclass(frozen=True)
class Drop:
    """The connection breaks: before the call is carried out, or `after` that."""

    after: bool = False


@dataclass(frozen=True)
class Slow:
    """The call is carried out, and its answer comes so many seconds later."""

    seconds: float


Fault = Refuse | Page | Drop | Slow


class Faults:
    """Faults by kind of call: `token`, `channels`, `commentThreads`, `comments`, `insert`."""

    def __init__(self) -> None:
        self._ordered: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def order(self, call: str, *faults: Fault) -> None:
        """The next calls of a kind meet these, one each."""
        self._ordered[call].extend(faults)

    def take(self, call: str) -> Fault | None:
        """What a call meets."""
        ordered = self._ordered[call]
        return ordered.popleft() if ordered else None
