"""Numbers of passports, identity cards, residence permits and driving licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.details.detail import Detail, detail
from bot.details.numbers import is_date

_WORD = re.compile(
    r"\b(?:passe?ports?|pasaportes?|cni|carte (?:nationale )?d['’]identit[ée]|"
    r"pi[èe]ce d['’]identit[ée]|titre de s[ée]jour|carte de s[ée]jour|"
    r"permis(?: de conduire)?|(?:national )?id(?:entity)?(?: card| document| number)?|"
    r"driv(?:ing|er['’]?s?) licen[cs]e|residence (?:permit|card)|"
    r"dni|nie|tie|documento(?: nacional)?(?: de identidad)?|(?:carn[ée]t?|permiso) de (?:conducir|identidad)|"
    r"tarjeta de (?:residencia|identidad)|permiso de residencia)\b"
    r"(?:[^.!?\n\d]|\bn(?:o|um|[úu]m)?\.){0,30}$",
    re.IGNORECASE,
)
# Groups may be apart, as on the document itself: 12 AB 12345, 12.345.678-Z.
_NUMBER = re.compile(
    r"(?<![\w-])(?:(?!ID|DNI|NIE|CNI|TIE)[A-Z]{1,3}[ ])?[A-Z]*\d[A-Z0-9]*"
    r"(?:[ .-](?:[A-Z]{1,3}[ ]?)?\d[A-Z0-9]*)*(?:[ -][A-Z])?(?![\w-])"
)
_IN_SMALL_LETTERS = re.compile(r"(?<![\w-])(?=[a-z]*\d)[a-z0-9]{6,16}(?![\w-])")
_FLIGHT = re.compile(r"[A-Z]{2}\d{2,4}")
# Spain's DNI and NIE need no word beside them: eight digits, or X, Y or Z with seven, and a letter.
_SPANISH = re.compile(r"(?<![\w-])(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ]-?\d{7})[- ]?([A-Z])(?![\w-])", re.IGNORECASE)
# The letter is the number modulo 23 (Real Decreto 1553/2005; the Spanish police publish the table).
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NEAR = 75
_SHORTEST, _LONGEST = 6, 18


def documents(text: str) -> Iterator[Detail]:
    """The document numbers."""
    for match in _SPANISH.finditer(text):
        if _is_spanish(match.group()) or _is_announced(match, text):
            yield detail("document", match)
    for pattern in (_NUMBER, _IN_SMALL_LETTERS):
        for match in pattern.finditer(text):
            if _could_be(match.group()) and _is_announced(match, text):
                yield detail("document", match)


def _is_announced(match: re.Match[str], text: str) -> bool:
    return bool(_WORD.search(text[max(0, match.start() - _NEAR) : match.start()]))


def _could_be(number: str) -> bool:
    characters = [c for c in number if c.isalnum()]
    digits = sum(c.isdigit() for c in characters)
    fits = _SHORTEST <= len(characters) <= _LONGEST and digits >= 2
    return fits and not is_date(number) and not _FLIGHT.fullmatch(number)


def _is_spanish(number: str) -> bool:
    compact = re.sub(r"[^0-9A-Z]", "", number.upper())
    value = int(compact[:-1].translate(str.maketrans("XYZ", "012")))
    return _LETTERS[value % 23] == compact[-1]
