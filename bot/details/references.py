"""Booking references: a record locator has six letters and digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.details.detail import Detail, detail

# A case reference such as NB-7K2QX4 is none.
_CODE = re.compile(r"(?<![\w-])[A-Z0-9]{6}(?![\w-])", re.IGNORECASE)
_FLIGHT = re.compile(r"[A-Z]{2}\d{4}|[A-Z]\d{5}|\d[A-Z]\d{4}|[A-Z]{2}\d{3}[A-Z]")
_BOOKING_WORD = re.compile(
    r"\b(?:pnr|booking|reservation|r[ée]servation|r[ée]sa|dossier|locali[sz]ador|locator|reserva|"
    r"record|r[ée]f[ée]rence|referencia|confirmation|code|c[óo]digo)\b[\w\s:#'’«»\"]{0,30}$",
    re.IGNORECASE,
)
# How far before the code its word may stand, longest word included.
_NEAR = 45


def references(text: str) -> Iterator[Detail]:
    """The booking references: codes near their word, or written as only they are."""
    matches = _CODE.finditer(text)
    return (detail("booking_reference", match) for match in matches if _is_reference(match, text))


def _is_reference(match: re.Match[str], text: str) -> bool:
    code = match.group()
    if _BOOKING_WORD.search(text[max(0, match.start() - _NEAR) : match.start()]):
        return code.isupper() or any(c.isdigit() for c in code)
    mixed = any(c.isdigit() for c in code) and any(c.isalpha() for c in code)
    return mixed and code.isupper() and not _FLIGHT.fullmatch(code)
