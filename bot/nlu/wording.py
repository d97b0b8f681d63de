"""How a message is cut into words and what each counts as for the classifier. No Rasa here."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

_TOKEN = re.compile(
    r"""
    (?P<link>https?://\S+|www\.\S+)
    | (?P<email>[\w.+-]+@[\w-]+\.\w+)
    | (?P<mention>@\w+)
    | (?P<hashtag>\#\w+)
    | (?P<flight>\bNB[\s-]?\d{2,4}\b)
    | (?P<number>\d+(?:[.,:h]\d+)*)
    | (?P<word>[^\W\d_]+)
    | (?P<smiley>[:;]-?[)(DPp/])
    | (?P<marks>[?!]+|\.{2,}|…)
    | (?P<sign>[^\w\s.,;:'’"()/\-])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BRANDS = re.compile(r"@(?:nimbea\w*|brand)$", re.IGNORECASE)
_REPEATED = re.compile(r"(.)\1{2,}")
_HUMPS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")


class Word(Struct, frozen=True, kw_only=True):
    """A word as `written`, at `start`, and what it `counts` as."""

    written: str
    start: int
    counts: str


def words(text: str) -> list[Word]:
    """The words of a message: lower case, without accents, names and numbers made alike.

    An @mention of the brand is dropped, of others counts as `@someone`; e-mail addresses,
    flight numbers and numbers count as their kind; a hashtag is also cut into the words that
    it is made of. Links are dropped: who shares one may be praising, complaining or neither.
    """
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        for counts in _counts(match.lastgroup or "", match.group()):
            found.append(Word(written=match.group(), start=match.start(), counts=counts))
    return found or [Word(written=text or " ", start=0, counts="∅")]


def plain(text: str) -> str:
    """Lower case, without accents, `sooooo` as `soo`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _REPEATED.sub(r"\1\1", bare)


def _counts(kind: str, written: str) -> list[str]:
    if kind == "mention":
        return [] if _BRANDS.match(written) else ["@someone"]
    if kind == "link":
        return []
    if kind == "hashtag":
        return ["#", *(plain(part) for part in _HUMPS.findall(written))]
    fixed = {"email": "email@", "flight": "flight@", "number": "number@"}
    return [fixed.get(kind) or plain(written)[:30]]
