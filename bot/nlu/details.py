"""Details that a message carries: flight numbers and booking references. No Rasa here."""

from __future__ import annotations

import re

from msgspec import Struct

# Nimbéa's designator is NB (fictional); a case reference such as NB-7K2QX is neither.
_FLIGHT = re.compile(r"(?<![\w-])NB[\s-]?(\d{2,4})(?![\w-])", re.IGNORECASE)
# Six letters and digits, as reservation systems write them (IATA record locators), both kinds
# present; or six capitals after a word that announces them.
_REFERENCE = re.compile(r"(?<![\w@#/-])(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}(?![\w-])")
_ANNOUNCED = re.compile(
    r"(?i:\b(?:booking|reference|ref|pnr|r[ée]servation|dossier|reserva|localizador|confirmation)\b"
    r"[^\w\n]{0,3}(?:(?:code|number|num[ée]ro|is|est|es|n°|no|:)[^\w\n]{0,3}){0,2})"
    r"([A-Z0-9]{6})(?![\w-])"
)


class Detail(Struct, frozen=True, kw_only=True):
    """One detail, normalised in `value`, as written from `start` to `end`."""

    name: str
    value: str
    start: int
    end: int


def details(text: str) -> list[Detail]:
    """The flight numbers (`NB204`) and booking references of a message, in order."""
    flights = [_detail("flight_number", f"NB{m[1]}", m) for m in _FLIGHT.finditer(text)]
    taken = [(flight.start, flight.end) for flight in flights]
    found = [_reference(match) for pattern in (_REFERENCE, _ANNOUNCED) for match in pattern.finditer(text)]
    fresh = {(d.start, d.end): d for d in found if not _overlaps(d, taken)}
    return sorted([*flights, *fresh.values()], key=lambda detail: detail.start)


def _reference(match: re.Match[str]) -> Detail:
    group = match.lastindex or 0
    return Detail(
        name="booking_reference", value=match[group], start=match.start(group), end=match.end(group)
    )


def _detail(name: str, value: str, match: re.Match[str]) -> Detail:
    return Detail(name=name, value=value, start=match.start(), end=match.end())


def _overlaps(detail: Detail, taken: list[tuple[int, int]]) -> bool:
    return any(detail.start < end and start < detail.end for start, end in taken)
