"""What a personal detail is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

DetailKind = Literal[
    "email",
    "iban",
    "document",
    "card",
    "phone",
    "ticket",
    "booking_reference",
    "address",
    # Only what leaves the house is searched for these two: an agent may greet a person by name.
    "name",
    "handle",
]


class Detail(Struct, frozen=True, kw_only=True):
    """A personal detail; `start` and `end` are offsets in the text."""

    kind: DetailKind
    start: int
    end: int


def detail(kind: DetailKind, match: re.Match[str], group: int = 0) -> Detail:
    """The detail that a group of a match is."""
    return Detail(kind=kind, start=match.start(group), end=match.end(group))


def apart(details: Iterable[Detail]) -> tuple[Detail, ...]:
    """The details in the order of the text; of those that overlap, the one given first."""
    found: list[Detail] = []
    for candidate in details:
        if not any(candidate.start < other.end and other.start < candidate.end for other in found):
            found.append(candidate)
    return tuple(sorted(found, key=lambda found_one: found_one.start))
