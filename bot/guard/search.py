"""Finds the patterns of all languages in a message, in one pass."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.guard.loading import Role, Rule, Rules
from bot.guard.spelling import Prefixes, Spelling
from bot.guard.values import Strength
from bot.guard.words import Word, clean, split

# What words that a look-alike struck out become: no pattern has it.
_STRUCK = "_"
_NOT_SPACE = re.compile(r"\S")


class Match(Struct, frozen=True, kw_only=True):
    """A rule that fits, how much that says, and the customer's words that it fits."""

    rule: Rule
    strength: Strength
    words: str


class _Message:
    """A message as plain words joined by single spaces, and the way back to what was typed."""

    def __init__(self, text: str, signs: frozenset[str], spelling: Spelling) -> None:
        self._cleaned = clean(text)
        self.words = [
            Word(right, word.start, word.end)
            for word in split(self._cleaned, signs)
            for right in spelling.right(word.text)
        ]
        self.joined = f" {' '.join(word.text for word in self.words)} "
        self._starts = self._places()

    def _places(self) -> list[int]:
        places, place = [], 1
        for word in self.words:
            places.append(place)
            place += len(word.text) + 1
        return places

    def typed(self, match: re.Match[str]) -> str:
        """The customer's words that a match covers."""
        first = bisect_left(self._starts, match.start())
        last = bisect_right(self._starts, match.end() - 1) - 1
        return self._cleaned[self.words[first].start : self.words[last].end]


Group = dict[Role, list[int]]


class Search:
    """All rules, found by the words that they cannot do without."""

    def __init__(self, languages: Iterable[Rules]) -> None:
        files = list(languages)
        self._rules = [rule for rules in files for rule in rules.rules]
        self._expressions: dict[int, re.Pattern[str]] = {}
        vocabulary = {word for rule in self._rules for word in rule.pattern.words}
        self._signs = frozenset(word for word in vocabulary if not word[0].isalnum())
        self._spelling = Spelling(
            vocabulary,
            {typed: meant for rules in files for typed, meant in rules.short_forms.items()},
            {word for rules in files for word in rules.often_misspelt},
            {word for rules in files for word in rules.not_typos},
        )
        self._by_anchor = self._anchored()
        self._anchors = Prefixes(self._by_anchor)

    def find(self, text: str, language: str | None) -> Iterator[Match]:
        """For each language and matter the first strong rule that fits, else the first weak one.

        Where a doubt of the matter fits, strong rules are weak. What is weak in another
        language is left out, unless `language` is None.
        """
        message = _Message(text, self._signs, self._spelling)
        groups = self._groups(message.words)
        for (own, kind), group in groups.items():
            if kind:
                alike = [other for (_, of), other in groups.items() if of in (kind, "")]
                struck = self._struck(message.joined, alike)
                foreign = language not in (None, own)
                match = self._first(message, struck, group, ("strong",) if foreign else ("strong", "weak"))
                if match and match.strength == "strong" and self._doubted(message.joined, alike):
                    match = None if foreign else replace(match, strength="weak")
                if match:
                    yield match

    def _first(self, message: _Message, joined: str, group: Group, roles: Sequence[Strength]) -> Match | None:
        for role in roles:
            for index in group.get(role, ()):
                if match := self._expression(index).search(joined):
                    return Match(rule=self._rules[index], strength=role, words=message.typed(match))
        return None

    def _doubted(self, joined: str, groups: Iterable[Group]) -> bool:
        doubts = (index for group in groups for index in group.get("doubt", ()))
        return any(self._expression(index).search(joined) for index in doubts)

    def prepare(self) -> Iterator[None]:
        """Compile what is not compiled yet, a pattern in each step."""
        for index in range(len(self._rules)):
            self._expression(index)
            yield

    def _expression(self, index: int) -> re.Pattern[str]:
        """Compiled when first needed: nobody waits at the start until all are."""
        if index not in self._expressions:
            self._expressions[index] = re.compile(self._rules[index].pattern.source)
        return self._expressions[index]

    def _struck(self, joined: str, groups: Iterable[Group]) -> str:
        """The message with the look-alikes of all languages struck out, every other word in its place."""
        for group in groups:
            for index in group.get("look_alike", ()):
                joined = self._expression(index).sub(lambda m: _NOT_SPACE.sub(_STRUCK, m[0]), joined)
        return joined

    def _groups(self, words: Sequence[Word]) -> dict[tuple[str, str], Group]:
        """The rules that may fit these words, by language and matter."""
        groups: dict[tuple[str, str], Group] = defaultdict(lambda: defaultdict(list))
        anchors = {
            anchor for text in {word.text for word in words} for anchor in self._anchors.matching(text)
        }
        for index in sorted({index for anchor in anchors for index in self._by_anchor[anchor]}):
            rule = self._rules[index]
            groups[rule.language, rule.kind][rule.role].append(index)
        return groups

    def _anchored(self) -> dict[str, list[int]]:
        by_anchor: dict[str, list[int]] = defaultdict(list)
        for index, rule in enumerate(self._rules):
            for anchor in rule.pattern.anchors:
                by_anchor[anchor].append(index)
        return dict(by_anchor)
