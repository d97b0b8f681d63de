"""A message as plain words: small letters, no accents, no apostrophes, no decoration."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import NamedTuple

# Marks, joiners and the like that hide in words without being seen.
_UNSEEN = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_PIECE = re.compile(
    r"""
    (?P<noise> https?://\S+ | www\.\S+ | [\w.+-]{1,64}@[\w-]+\.\w+ | @\w+ )
    | (?P<number> \d+ (?:[.,:]\d+)* )
    | (?P<word> \#?[^\W_]+ (?: ['’*$@] [^\W_]+ )* )
    | (?P<end> [.!?\n]+ )
    | (?P<sign> [^\s\w] )
    """,
    re.VERBOSE,
)
_HUMP = re.compile(r"(?<=[^\W\d_])(?<![A-Z])(?=[A-Z])")
# What follows the apostrophe of an English word; elsewhere (l’avocat) two words meet.
_ENGLISH_ENDINGS = frozenset({"t", "m", "re", "ve", "ll", "d"})
# Here 's is a verb; after any other word it is a possessive, which says nothing.
_BEFORE_IS = frozenset({"it", "he", "she", "that", "there", "what", "who", "where", "here", "let"})

# What NFKD leaves together or apart from its plain form.
_ALIKE = str.maketrans({"’": "'", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})

STOP = "."


class Word(NamedTuple):
    """A plain word and where it stands in the cleaned text; a sentence's end is the word `.`."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """The text with compatible forms made one (𝐛, ｂ, b) and unseen signs taken out."""
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def split(cleaned: str, signs: Collection[str] = ()) -> Iterator[Word]:
    """The words of a cleaned text, without links and mentions; of other signs only `signs`."""
    for match in _PIECE.finditer(cleaned):
        piece, start, end = match.group(), match.start(), match.end()
        if match.lastgroup == "word":
            for word in plain_words(piece):
                yield Word(word, start, end)
        elif match.lastgroup == "number":
            yield Word(piece, start, end)
        elif match.lastgroup == "end":
            yield Word(STOP, start, end)
        elif match.lastgroup == "sign" and piece in signs:
            yield Word(piece, start, end)


def plain_words(piece: str) -> list[str]:
    """The plain words in one piece of text without spaces: `l’avocat` has two, `don’t` one."""
    if piece[0] == "#":
        return [folded(part) for part in _HUMP.split(piece[1:])]
    plain = folded(piece)
    return _parted(plain) if "'" in plain else [plain]


def folded(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _parted(word: str) -> list[str]:
    before, _, ending = word.rpartition("'")
    if ending in _ENGLISH_ENDINGS:
        return [word.replace("'", "")]
    if ending == "s":
        return [f"{before}s" if before in _BEFORE_IS else before.replace("'", "")]
    return [part for part in word.split("'") if part]
