"""The language of patterns, which trainers write.

===================  ==================================================================
`smoke in the cabin`  these words, one after the other
`smok*`              any ending: smoke, smoking (the star stands at the end only)
`(fire|flames)`      one of these; words or whole patterns
`the?` `(in the)?`   may be missing
`<family>`           one of a list of the file
`<number>` `<1-17>`  any number; a number from 1 to 17
`smoke ... cabin`    up to 4 other words between, in the same sentence; `...8`: up to 8
`smoke ~ cabin`      both in either order, up to 6 other words between; `~12`: up to 12
                     (of several distances in a pattern, the longest holds for all)
===================  ==================================================================

Capitals, accents and apostrophes do not matter.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Union

from msgspec import Struct

from bot.guard.words import STOP, plain_words

_NUMBER = re.compile(r"<number>|<(\d{1,4})-(\d{1,4})>")
_GAP, _NEAR, _MOST = 4, 6, 30
_MOST_PARTS = 3
_PIECE = re.compile(r"\(|\)\??|\||<[^<>\s]*>\??|(?:\.\.\.|…)\d*|~\d*|[^\s()|<>~]+|.", re.DOTALL)
# An emoji is as rare as a word of so many letters.
_EMOJI_WORTH = 6


class WrongPattern(ValueError):
    """A pattern that cannot be read; the words are for the trainer."""


class Word(Struct, frozen=True):
    """A plain word, with a star if any ending will do; or a number in angle brackets."""

    text: str


class Gap(Struct, frozen=True):
    """Up to `most` other words of the same sentence."""

    most: int


class Group(Struct, frozen=True):
    """One of several sequences; none at all if `optional`."""

    choices: tuple[Items, ...]
    optional: bool = False


Item = Union[Word, Gap, "Group"]
Items = tuple[Item, ...]
# What `<name>` stands for: phrases, as lists of plain words.
Lists = Mapping[str, Sequence[Sequence[str]]]


class Pattern(Struct, frozen=True):
    """A pattern that was read.

    `source` is its regular expression over words joined by single spaces. No message without
    one of `anchors` matches it; an anchor may end in a star, as may `words`.
    """

    source: str
    anchors: tuple[str, ...]
    words: tuple[str, ...]


def read_pattern(text: str, lists: Lists) -> Pattern:
    """Read a pattern; `lists` are those that `<name>` may name. Raises `WrongPattern`."""
    parts, distances = _Reader(text, lists).parts()
    worth, anchors = _anchor(tuple(item for part in parts for item in part))
    if worth < 1:
        raise WrongPattern("there is no word in it that must stand in the message")
    words = {word for part in parts for word in _words_of(part)}
    return Pattern(source=_near(parts, distances), anchors=tuple(sorted(anchors)), words=tuple(sorted(words)))


def read_phrase(text: str) -> list[str]:
    """The plain words of a text without brackets, as in lists. Raises `WrongPattern`."""
    if wrong := re.search(r"[()|<>~?]", text):
        raise WrongPattern(f"{wrong[0]!r} cannot stand here, only words and stars")
    return [word.text for piece in text.split() for word in _words(piece)]


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, text: str, lists: Lists) -> None:
        self._pieces = iter([piece for piece in _PIECE.findall(text) if not piece.isspace()])
        self._lists = lists

    def parts(self) -> tuple[list[Items], list[int]]:
        """The parts between `~` signs, and the distances that these allow."""
        parts: list[list[Item]] = [[]]
        distances: list[int] = []
        for piece in self._pieces:
            if piece.startswith("~"):
                distances.append(_amount(piece[1:], _NEAR))
                parts.append([])
            else:
                parts[-1].extend(self._items(piece))
        if len(parts) > _MOST_PARTS:
            raise WrongPattern(f"more than {_MOST_PARTS - 1} signs ~ in one pattern")
        return [_checked(part) for part in parts], distances

    def _items(self, piece: str) -> Iterator[Item]:
        if piece == "(":
            yield self._group()
        elif piece in (")", ")?", "|"):
            raise WrongPattern(f"{piece!r} without a bracket that opens before it")
        elif piece.startswith(("...", "…")):
            yield Gap(_amount(piece.lstrip(".…"), _GAP))
        elif piece.startswith("<"):
            yield self._listed(piece.rstrip("?"), piece.endswith("?"))
        elif piece.endswith("?"):
            yield Group((tuple(_words(piece[:-1])),), optional=True)
        else:
            yield from _words(piece)

    def _group(self) -> Group:
        choices: list[list[Item]] = [[]]
        for piece in self._pieces:
            if piece in (")", ")?"):
                return Group(tuple(_checked(choice) for choice in choices), piece == ")?")
            if piece == "|":
                choices.append([])
            elif piece.startswith("~"):
                raise WrongPattern("the sign ~ cannot stand within brackets")
            else:
                choices[-1].extend(self._items(piece))
        raise WrongPattern("a bracket is not closed")

    def _listed(self, piece: str, optional: bool) -> Item:
        if _NUMBER.fullmatch(piece):
            return Group(((Word(piece),),), optional)
        name = piece.strip("<>")
        if name not in self._lists:
            raise WrongPattern(f"there is no list {name!r} in this file")
        return Group(tuple(tuple(map(Word, phrase)) for phrase in self._lists[name]), optional)


def _checked(items: Sequence[Item]) -> Items:
    if not items:
        raise WrongPattern("words are missing between brackets, bars or signs")
    if isinstance(items[0], Gap) or isinstance(items[-1], Gap):
        raise WrongPattern("the three dots must stand between words")
    return tuple(items)


def _words(piece: str) -> list[Word]:
    """The words in a piece without spaces: `in-law` and `l’avocat` have two."""
    stem, star = (piece[:-1], "*") if piece.endswith("*") else (piece, "")
    words = [word for part in stem.split("-") if part for word in plain_words(part)]
    wrong = next((word for word in words if not _is_word(word)), None)
    if wrong or not words:
        raise WrongPattern(
            f"{wrong or piece!r} is not a word; put spaces around words and a star at their end"
        )
    return [*map(Word, words[:-1]), Word(words[-1] + star)]


def _is_word(word: str) -> bool:
    return word.isalnum() or (len(word) == 1 and word != STOP and not word.isascii())


def _amount(digits: str, default: int) -> int:
    amount = int(digits) if digits else default
    if not 1 <= amount <= _MOST:
        raise WrongPattern(f"between words there can be 1 to {_MOST} others, not {amount}")
    return amount


def _anchor(items: Items) -> tuple[int, frozenset[str]]:
    """The rarest words that a sequence cannot do without, and how rare they are likely to be."""
    return max(map(_worth, items), key=lambda found: (found[0], -len(found[1])))


def _worth(item: Item) -> tuple[int, frozenset[str]]:
    if isinstance(item, Word):
        return _rarity(item.text), frozenset({item.text})
    if isinstance(item, Gap) or item.optional:
        return 0, frozenset()
    worths, anchors = zip(*map(_anchor, item.choices), strict=True)
    return min(worths), frozenset[str]().union(*anchors)


def _rarity(word: str) -> int:
    """Long words are rarer; a number says nothing."""
    if word[0] == "<":
        return 0
    return len(word.rstrip("*")) if word[0].isalnum() else _EMOJI_WORTH


def _words_of(items: Items) -> Iterator[str]:
    for item in items:
        if isinstance(item, Word) and item.text[0] != "<":
            yield item.text
        elif isinstance(item, Group):
            for choice in item.choices:
                yield from _words_of(choice)


def _near(parts: Sequence[Items], distances: Sequence[int]) -> str:
    between = f"(?: \\S+){{0,{max(distances, default=0)}}}?"
    orders = itertools.permutations([_sequence(part) for part in parts])
    return "(?:" + "|".join(between.join(order) for order in orders) + ")"


def _sequence(items: Items) -> str:
    return "".join(map(_item, items))


def _item(item: Item) -> str:
    """Every word brings the space before it."""
    if isinstance(item, Word):
        return f" {_source(item.text)}(?= )"
    if isinstance(item, Gap):
        return f"(?: (?!\\. )\\S+){{0,{item.most}}}?"
    return f"(?:{'|'.join(map(_sequence, item.choices))}){'?' if item.optional else ''}"


def _source(word: str) -> str:
    if number := _NUMBER.fullmatch(word):
        return _number(*number.groups())
    return re.escape(word[:-1]) + r"\S*" if word.endswith("*") else re.escape(word)


def _number(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return r"\d+"
    return f"(?:{'|'.join(map(str, range(int(first), int(last) + 1)))})"
