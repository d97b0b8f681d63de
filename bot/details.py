"""Finds personal details in a text, so that none is published. Pure.

In doubt it finds too much: a public reply can be put another way, a published card number
cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Literal

from msgspec import Struct

DetailKind = Literal["email", "card", "iban", "phone", "ticket", "booking_reference"]


class Detail(Struct, frozen=True, kw_only=True):
    """A personal detail; `start` and `end` are offsets in the text."""

    kind: DetailKind
    start: int
    end: int


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.,/])\(?[+\d][\d ().\u00a0\u202f-]{6,}\d(?!\w)")
_DATE = re.compile(r"\d{4}([-. ])\d{1,2}\1\d{1,2}|\d{1,2}([-. ])\d{1,2}\2\d{4}")
# The number of an electronic ticket: three digits for the airline, ten for the ticket (IATA).
_TICKET = re.compile(r"\d{3}[- ]?\d{10}")
# A record locator: six letters and digits. A case reference such as NB-7K2QX4 is none.
_CODE = re.compile(r"(?<![\w-])[A-Z0-9]{6}(?![\w-])", re.IGNORECASE)
_FLIGHT = re.compile(r"[A-Z]{2}\d{4}|[A-Z]\d{5}|\d[A-Z]\d{4}|[A-Z]{2}\d{3}[A-Z]")
_BOOKING_WORD = re.compile(
    r"\b(?:pnr|booking|reservation|r[ée]servation|dossier|locali[sz]ador|locator|reserva|"
    r"record|r[ée]f[ée]rence|referencia|confirmation|code|c[óo]digo)\b[\w\s:#'’«»\"]{0,30}$",
    re.IGNORECASE,
)


def find(text: str) -> tuple[Detail, ...]:
    """The personal details in a text, in order; none overlaps another."""
    found: list[Detail] = []
    for detail in _all(text):
        if not any(detail.start < other.end and other.start < detail.end for other in found):
            found.append(detail)
    return tuple(sorted(found, key=lambda detail: detail.start))


def mask(text: str, kinds: Collection[DetailKind]) -> str:
    """The text with details of these kinds replaced by dots; of a card the last digits stay."""
    for detail in reversed(find(text)):
        if detail.kind in kinds:
            shown = text[detail.start : detail.end]
            kept = f" {shown[-4:]}" if detail.kind == "card" else ""
            text = f"{text[: detail.start]}••••{kept}{text[detail.end :]}"
    return text


def _all(text: str) -> Iterator[Detail]:
    """Everything that looks like a detail, the surest kinds first."""
    for match in _EMAIL.finditer(text):
        yield _detail("email", match)
    for match in _IBAN.finditer(text):
        if _is_iban(match.group()):
            yield _detail("iban", match)
    for match in _DIGITS.finditer(text):
        kind = _kind_of_number(match.group())
        if kind:
            yield _detail(kind, match)
    for match in _CODE.finditer(text):
        if _is_booking_reference(match, text):
            yield _detail("booking_reference", match)


def _kind_of_number(number: str) -> DetailKind | None:
    digits = re.sub(r"\D", "", number)
    if _DATE.fullmatch(number.strip()):
        return None
    if _TICKET.fullmatch(number):
        return "ticket"
    if 13 <= len(digits) <= 19 and _is_luhn(digits):
        return "card"
    return "phone" if 8 <= len(digits) <= 15 else None


def _is_booking_reference(match: re.Match[str], text: str) -> bool:
    code = match.group()
    if _BOOKING_WORD.search(text[: match.start()]):
        return code.isupper() or any(c.isdigit() for c in code)
    mixed = any(c.isdigit() for c in code) and any(c.isalpha() for c in code)
    return mixed and code.isupper() and not _FLIGHT.fullmatch(code)


def _is_luhn(digits: str) -> bool:
    """The check sum of payment cards (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    """The check sum of bank accounts (ISO 13616)."""
    compact = text.replace(" ", "").upper()
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _detail(kind: DetailKind, match: re.Match[str]) -> Detail:
    return Detail(kind=kind, start=match.start(), end=match.end())
