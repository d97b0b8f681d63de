"""Details that help to answer: flight numbers and booking references. No Rasa here."""

from __future__ import annotations

import re

from msgspec import Struct

from bot import details as personal

# Nimbéa's designator is NB (fictional); a case reference such as NB-7K2QX is no flight.
_FLIGHT = re.compile(r"(?<![\w/-])NB[\s-]?(\d{2,4})(?![\w-])", re.IGNORECASE)


class Detail(Struct, frozen=True, kw_only=True):
    """One detail, normalised in `value`, as written from `start` to `end`."""

    name: str
    value: str
    start: int
    end: int


def details(text: str) -> list[Detail]:
    """The flight numbers (`NB204`) and booking references of a message, in order."""
    return sorted([*_flights(text), *_references(text)], key=lambda detail: detail.start)


def _flights(text: str) -> list[Detail]:
    return [
        Detail(name="flight_number", value=f"NB{found[1]}", start=found.start(), end=found.end())
        for found in _FLIGHT.finditer(text)
    ]


def _references(text: str) -> list[Detail]:
    return [
        Detail(
            name="booking_reference",
            value=text[found.start : found.end].upper(),
            start=found.start,
            end=found.end,
        )
        for found in personal.find(text)
        if found.kind == "booking_reference"
    ]
