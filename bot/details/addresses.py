"""Postal addresses as people write them in French, English and Spanish.

A street needs its number: "the road before the terminal" is nobody's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from bot.details.detail import Detail, apart, detail

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_WORD = r"[^\W\d_][\w'’-]*"
_OF = r"(?:(?:de la|de los|de las|de l['’]|d['’]|du|des|del|de|la|le|les|el|los|las|of|the)\b\s*|l['’])"
# "des Lilas", "Jean Jaurès", "de la République": one word, then only what is written as a name.
_NAME = rf"(?:{_OF}){{0,2}}{_WORD}(?:\s+(?:{_OF}){{0,2}}{_CAPITAL}){{0,4}}"
_PROPER = rf"(?:{_OF}){{0,2}}{_CAPITAL}(?:\s+(?:{_OF}){{0,2}}{_CAPITAL}){{0,4}}"
# Not the letters that begin a postcode: NW1, NY 10118.
_TOWN_WORD = r"(?![A-Z]{1,2}\s?\d)[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:['’-][^\W\d_]+)*(?![\w])"
_TOWN = rf"{_TOWN_WORD}(?:\s(?:{_OF}){{0,2}}{_TOWN_WORD}){{0,3}}"
# A postcode and a town, or a town after a comma.
_CONTINENTAL_END = rf"(?:[\s,]+(?:[A-Z]{{1,2}}-)?\d{{5}}\b(?:[\s,]+{_TOWN})?|\s*,\s*{_TOWN})?"

_FRENCH = re.compile(
    rf"""(?<![\w.,/-])\d{{1,4}}(?:\s?(?:bis|ter|quater|[A-Da-d]))?\s*,?\s+
    (?:(?i:rue|avenue|av\.?|boulevard|boul\.?|bld?\.?|bd\.?|blvd\.?|chemin|impasse|all[ée]es?|ruelle|sentier
         |faubourg|fbg\.?|mont[ée]e|lotissement|esplanade|r[ée]sidence|square)\s+{_NAME}
      |(?i:place|pl\.?|cours|quai|route|rte\.?|passage|voie|cit[ée]|villa|hameau|lieu-dit)\s+{_PROPER})
    (?:\s*,\s*(?i:b[âa]t(?:iment)?|appt?|appartement|[ée]tage|esc(?:alier)?|porte)\b\.?\s*\w{{1,4}})*
    {_CONTINENTAL_END}""",
    re.VERBOSE,
)
_STREETS = (
    r"(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Court|Ct|Close|Crescent|Place|Pl|Square|Sq|Terrace"
    r"|Gardens|Grove|Way|Hill|Row|Mews|Boulevard|Blvd|Highway|Hwy|Walk|Green|Parade|Quay)"
)
_UNITS = (
    r"(?:hours?|hrs?|h|minutes?|mins?|days?|weeks?|months?|years?|times?|km|kms|miles?|metres?|people|more)"
)
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}"
_ENGLISH = re.compile(
    rf"""(?<![\w.,/-])\d{{1,5}}[a-zA-Z]?(?:[-/]\d{{1,4}})?,?\s+
    (?:(?:{_CAPITAL}\s+){{1,4}}{_STREETS}\b
      |(?!{_UNITS}\b|in|on|at|from|to|of|along|down|the\b)[a-z]+(?:\s[a-z]+)?\s(?:street|road|lane|avenue|crescent)\b)\.?
    (?:\s*,\s*(?i:flat|apt|apartment|unit|floor|suite)\b\.?\s*\w{{1,4}})*
    (?:\s*,\s*{_TOWN}){{0,2}}
    (?:[\s,]+(?:{_UK_POSTCODE}|[A-Z]{{2}}\s\d{{5}}(?:-\d{{4}})?|[A-Z]\d[\dW]\s?[A-Z\d]{{4}}))?(?!\w)""",
    re.VERBOSE,
)
_SPANISH = re.compile(
    rf"""(?<!\w)
    (?:(?i:calle|c/|avenida|avda\.?|av\.|carretera|ctra\.?|traves[íi]a|urbanizaci[óo]n|urb\.)\s*{_NAME}
      |(?i:plaza|pza\.?|pl\.|paseo|p\.?º|camino|ronda|glorieta|callej[óo]n|rambla|v[íi]a)\s+{_PROPER})
    \s*,?\s*(?:(?:n[.ºo°]{{0,2}}|n[úu]m(?:ero)?\.?)\s*)?(?:\d{{1,4}}(?!\d)|s/n)
    (?!\s*(?:{_UNITS}|horas?|minutos?|d[íi]as?|semanas?|veces|euros?|personas|€|%|:\d|[.,]\d))
    (?:\s*,?\s*\d{{1,2}}\s?[.ºª°]{{1,2}}(?:\s*(?:(?i:izq|dcha?|izquierda|derecha)\b\.?|[A-Z]\b))?)?
    (?:\s*,\s*(?i:bajo|[áa]tico|piso|puerta|pta|esc(?:alera)?|portal|bloque)\b\.?\s*\w{{0,4}})*
    {_CONTINENTAL_END}""",
    re.VERBOSE,
)
# A full British postcode stands for some fifteen houses; a post-office box for one person.
_POSTCODE = re.compile(rf"(?<![\w-]){_UK_POSTCODE}(?![\w-])")
_BOX = re.compile(
    rf"\b(?:P\.?\s?O\.?\s?Box|BP|B\.P\.|(?i:apartado(?:\s+de\s+correos)?))\s+\d{{1,6}}{_CONTINENTAL_END}"
)


def addresses(text: str) -> Iterator[Detail]:
    """The postal addresses, with the town where it follows."""
    patterns = (_FRENCH, _ENGLISH, _SPANISH, _BOX, _POSTCODE)
    found = chain.from_iterable(pattern.finditer(text) for pattern in patterns)
    return iter(apart(detail("address", match) for match in found))
