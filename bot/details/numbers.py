"""E-mail addresses and numbers: bank accounts, cards, tickets, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.details.detail import Detail, DetailKind, detail

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b", re.IGNORECASE)
# Norway's has 15 characters; the others have more.
_SHORTEST_IBAN = 15
_DIGITS = re.compile(r"(?<![\w.,/])\(?[+\d][\d ().\u00a0\u202f-]{6,}\d(?!\w)")
_DATE = re.compile(r"(?:\d{4}([-. ])\d{1,2}\1\d{1,2}|\d{1,2}([-. ])\d{1,2}\2\d{4})(?: \d{1,2})?")
# The number of an electronic ticket: three digits for the airline, ten for the ticket (IATA).
_TICKET = re.compile(r"\d{3}[- ]?\d{10}")


def emails(text: str) -> Iterator[Detail]:
    """The e-mail addresses."""
    return (detail("email", match) for match in _EMAIL.finditer(text))


def ibans(text: str) -> Iterator[Detail]:
    """The numbers of bank accounts whose check sum is right."""
    for match in _IBAN.finditer(text):
        end = _end_of_iban(match.group())
        if end:
            yield Detail(kind="iban", start=match.start(), end=match.start() + end)


def cards(text: str) -> Iterator[Detail]:
    """The numbers of payment cards."""
    return _numbers(text, "card")


def tickets(text: str) -> Iterator[Detail]:
    """The numbers of electronic tickets."""
    return _numbers(text, "ticket")


def phones(text: str) -> Iterator[Detail]:
    """The telephone numbers; a date, with or without the hour, is none."""
    return _numbers(text, "phone")


def _numbers(text: str, kind: DetailKind) -> Iterator[Detail]:
    return (detail(kind, match) for match in _DIGITS.finditer(text) if _kind(match.group()) == kind)


def is_date(number: str) -> bool:
    """Whether a run of digits is a date."""
    return bool(_DATE.fullmatch(number.strip()))


def _kind(number: str) -> DetailKind | None:
    digits = re.sub(r"\D", "", number)
    if is_date(number):
        return None
    if _TICKET.fullmatch(number):
        return "ticket"
    if 13 <= len(digits) <= 19 and _is_luhn(digits):
        return "card"
    return "phone" if 8 <= len(digits) <= 15 else None


def _is_luhn(digits: str) -> bool:
    """The check sum of payment cards (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _end_of_iban(text: str) -> int:
    """How far the number goes, 0 if it is none: the words after it look like more of it."""
    ends = [len(text), *(space.start() for space in reversed(list(re.finditer(" ", text))))]
    return next((end for end in ends if end >= _SHORTEST_IBAN and _is_iban(text[:end])), 0)


def _is_iban(text: str) -> bool:
    """The check sum of bank accounts (ISO 13616)."""
    compact = text.replace(" ", "").upper()
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
