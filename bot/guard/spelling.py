"""Brings what people type back to the words of the patterns, where that is cheap.

Repeated letters (`boooomb`), digits and signs for letters (`b0mb`, `su*cide`), short forms
that a file lists (`u` for `you`), and in words that a file lists as often misspelt one letter
missing, doubled or swapped with its neighbour (`discrimnation`). Not in all words: tried on
20,000 French ones, that made a complaint (plainte) of a plain (plaine).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

_RUN = re.compile(r"(.)\1{2,}")
_INNER_DIGIT = re.compile(r"[a-z]+[0-9$@][a-z0-9$@]*[a-z]")
_LEET = str.maketrans("013457$@", "oieastsa")


class Prefixes:
    """Words and beginnings of words (with a star), looked up by all beginnings of a word."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = set(words)
        self._lengths = sorted({len(word) - 1 for word in self._words if word.endswith("*")})

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and next(self.matching(word), None) is not None

    def matching(self, word: str) -> Iterator[str]:
        """Those of the words that `word` is or begins with."""
        if word in self._words:
            yield word
        for length in self._lengths:
            if length > len(word):
                return
            if (stem := word[:length] + "*") in self._words:
                yield stem


class Spelling:
    """The words of all patterns, and what may be typed for them."""

    def __init__(
        self,
        words: Iterable[str],
        short: Mapping[str, str],
        misspelt: Iterable[str],
        not_typos: Collection[str],
    ) -> None:
        self._known = Prefixes(words)
        self._short = {typed: meant.split() for typed, meant in short.items()}
        self._not_typos = frozenset(not_typos)
        self._typos = {typed: word for word in misspelt for typed in self._typed_for(word)}
        self._mistypeable = Prefixes(self._typos)

    def right(self, word: str) -> list[str]:
        """The words that are meant by a typed one; itself in most cases."""
        if meant := self._short.get(word):
            return meant
        if len(word) < 3 or word.isdigit() or word in self._known:
            return [word]
        if plain := self._undisguised(word):
            return [plain]
        return [self._without_typo(word)]

    def _undisguised(self, word: str) -> str | None:
        if _RUN.search(word):
            candidates = (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word))
            return next((one for one in candidates if one in self._known), None)
        if "*" in word:
            return self._starred(word)
        if _INNER_DIGIT.fullmatch(word) and (plain := word.translate(_LEET)) in self._known:
            return plain
        return None

    def _starred(self, word: str) -> str | None:
        """The only known word that fits with any letter for each star."""
        fits = re.compile(word.replace("*", "[a-z]"))
        found = [known for known in self._known if fits.fullmatch(known)]
        return found[0] if len(found) == 1 else None

    def _without_typo(self, word: str) -> str:
        if word in self._not_typos:
            return word
        for typed in self._mistypeable.matching(word):
            stem = typed.rstrip("*")
            return self._typos[typed].rstrip("*") + word[len(stem) :]
        return word

    def _typed_for(self, word: str) -> Iterator[str]:
        stem, star = word.rstrip("*"), "*" if word.endswith("*") else ""
        yield from (typed + star for typed in _mistyped(stem) if typed not in self._known)


def _mistyped(word: str) -> Iterator[str]:
    """One letter doubled, missing or swapped with the next; the first is right."""
    for place in range(1, len(word)):
        yield word[: place + 1] + word[place:]
    for place in range(1, len(word) - 1):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
