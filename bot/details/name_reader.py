"""Reads names off a text that was cut into tokens, by the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from bot.details.vocabulary import Vocabulary

# In tokens: "María José de la Fuente García" has six.
_LONGEST = 7
_ENDS = frozenset(".!?…;:)")
_DASHES = frozenset("—–-")
_AFTER_CLOSING = frozenset(",:.!") | _DASHES
# The share of capital letters from which on a text is shouted.
_MOSTLY = 0.6

# A span of tokens: first, and the one after the last.
Span = tuple[int, int]


class Reader:
    """One text, cut into tokens, with the phrases that were found in it."""

    def __init__(self, doc: Any, words: Vocabulary, matches: list[tuple[str, Span]]) -> None:
        self.doc = doc
        self._words = words
        self._matches = matches
        self._places = {i for kind, span in matches if kind == "places" for i in range(*span)}
        letters = [c for c in doc.text if c.isalpha()]
        self._shouted = sum(c.isupper() for c in letters) > _MOSTLY * len(letters)

    def announced(self) -> Iterator[Span]:
        """Names that something before them announces, and those joined to them."""
        for kind, (begin, end) in self._matches:
            if kind == "followers" and (said := self._before(begin)):
                yield said
            start = self._beginning(kind, end)
            if start is not None and (name := self._name_at(start, any_letters=kind == "introductions")):
                yield name
                yield from self._joined(name[1])
        for token in self.doc:
            if token.text in _DASHES and (name := self._signature(token.i)):
                yield name

    def _before(self, end: int) -> Span | None:
        """The name that ends at a token: "Ann Lee speaking"."""
        start = end
        while start and self._is_capital(self.doc[start - 1]) and not self._is_ordinary(self.doc[start - 1]):
            start -= 1
        return (start, end) if start < end else None

    def known(self, own: Collection[str]) -> Iterator[Span]:
        """First names with a capital letter, and what belongs to them; the words of `own` in any case."""
        for token in self.doc:
            if token.lower_ in own and not self._is_ordinary(token):
                yield token.i, token.i + 1
            if self._is_capital(token) and self._words.is_first_name(token.text):
                if token.i and self.doc[token.i - 1].lower_ in ("san", "saint", "santa", "st"):
                    continue
                if name := self._name_at(token.i):
                    yield name

    def trimmed(self, span: Span) -> Span | None:
        """What is a name of what looked like one; None where nothing is.

        A single word at the beginning of a sentence has its capital letter from there.
        """
        start, end = span
        while start < end and not self._could_begin(self.doc[start]):
            start += 1
        name = self._name_at(start) if start < end else None
        if name is None or (name[1] - name[0] == 1 and self._begins_sentence(name[0])):
            return None
        return name

    def _beginning(self, kind: str, after: int) -> int | None:
        """Where the name would begin that a phrase of this kind announces."""
        if kind in ("places", "followers"):
            return None
        start = after
        while start < len(self.doc) and self._is_between(kind, self.doc[start]):
            start += 1
        if kind == "closings" and start == after:
            return None
        return start

    def _is_between(self, kind: str, token: Any) -> bool:
        if kind == "closings":
            return token.is_space or token.text in _AFTER_CLOSING
        if kind == "titles":
            return bool(token.text == ".")
        return token.text == ":" or (kind == "people" and token.text == ",") or self._is_title(token)

    def _name_at(self, start: int, *, any_letters: bool = False) -> Span | None:
        if start >= len(self.doc) or not self._begins(self.doc[start], any_letters):
            return None
        small = not self._is_capital(self.doc[start])
        longest = 1 + any_letters if small else _LONGEST
        end = here = start + 1
        while here < len(self.doc) and here - start < longest:
            if self._carries_on(self.doc[here], small):
                end = here + 1
            elif not self._is_particle(here):
                break
            here += 1
        return start, end

    def _begins(self, token: Any, any_letters: bool) -> bool:
        if self._could_begin(token):
            return True
        if any_letters:
            return not self._is_ordinary(token) and token.is_alpha and len(token) > 1
        return not self._is_capital(token) and self._words.is_first_name(token.text)

    def _could_begin(self, token: Any) -> bool:
        """Whether it looks like a name; in capitals throughout it may be any word."""
        if not self._is_capital(token) or self._is_ordinary(token):
            return False
        return not token.is_upper or _is_initial(token) or self._is_shouted_name(token)

    def _is_shouted_name(self, token: Any) -> bool:
        if self._shouted:
            return self._words.is_first_name(token.text)
        following = self.doc[token.i + 1 : token.i + 2]
        return len(token) > 3 and any(self._is_capital(t) and not t.is_upper for t in following)

    def _carries_on(self, token: Any, small: bool) -> bool:
        if self._is_ordinary(token):
            return False
        return token.is_alpha and len(token) > 1 if small else self._is_capital(token)

    def _is_particle(self, index: int) -> bool:
        token = self.doc[index]
        if token.text in _DASHES:
            return not token.whitespace_ and not self.doc[index - 1].whitespace_
        return self._words.is_particle(token.text)

    def _joined(self, end: int) -> Iterator[Span]:
        """The names after `and`; after a comma only a first name is surely one."""
        while self._is_joint(end) and (name := self._name_at(end + 1)):
            yield name
            end = name[1]

    def _is_joint(self, index: int) -> bool:
        if index + 1 >= len(self.doc):
            return False
        if self.doc[index].text == ",":
            return self._words.is_first_name(self.doc[index + 1].text)
        return self._words.is_joint(self.doc[index].text)

    def _signature(self, dash: int) -> Span | None:
        """The name after a dash that ends a line: not the second half of a route."""
        if dash and (self._is_capital(self.doc[dash - 1]) or not self.doc[dash - 1].whitespace_):
            return None
        name = self._name_at(dash + 1)
        if name is None or (name[1] < len(self.doc) and not self._ends_line(self.doc[name[1]])):
            return None
        return name

    def _ends_line(self, token: Any) -> bool:
        return bool(token.is_space or token.text in "(.!,")

    def _begins_sentence(self, index: int) -> bool:
        before = self.doc[index - 1] if index else None
        return before is None or before.is_space or before.text in _ENDS or not before.is_ascii

    def _is_capital(self, token: Any) -> bool:
        return bool(token.text[0].isupper() and self._words.is_word(token.text))

    def _is_ordinary(self, token: Any) -> bool:
        return token.i in self._places or self._words.is_ordinary(token.text)

    def _is_title(self, token: Any) -> bool:
        return self._words.is_title(token.text)


def _is_initial(token: Any) -> bool:
    return len(token.text.rstrip(".")) == 1 and token.text.endswith(".")
