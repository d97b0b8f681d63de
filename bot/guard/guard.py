"""The guard of a brand: built once, then asked about every message."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.guard.emergency import Emergency, read_emergency
from bot.guard.headline import is_headline
from bot.guard.loading import Kinds, Rules, read_kinds, read_languages
from bot.guard.search import Match, Search
from bot.guard.values import Finding, Kind, Strength

# Agents read it in the case; the place says where the rest is.
_LONGEST_PATTERN = 80


def load_guard(folder: Path) -> Guard:
    """Read data/guard. Raises `GuardError` naming file, line and key of what is wrong."""
    kinds = read_kinds(folder / "kinds.yml")
    names = [kind.id for kind in kinds.kinds]
    languages = read_languages(folder, kinds.kinds)
    return Guard(kinds, languages, read_emergency(folder / "emergency.yml", names))


class Guard:
    """Rules that find crises and sensitive matters, compiled. It never raises on a text."""

    def __init__(self, kinds: Kinds, languages: Mapping[str, Rules], emergency: Emergency) -> None:
        self.languages = dict(languages)
        self.kinds: dict[str, Kind] = {kind.id: kind for kind in kinds.kinds}
        self._gravity = {kind.id: place for place, kind in enumerate(kinds.kinds)}
        self._terms = kinds
        self._emergency = emergency
        self._search = Search(languages.values())

    def inspect(self, text: str, language: str | None) -> tuple[Finding, ...]:
        """The matters in a message, one finding each, the gravest first.

        `language` is that of the message or conversation (ISO 639-1): its weak patterns are
        looked for, and the strong ones of every language. With None, or a language that has
        no file, all of every language. In shared news a strong pattern is a weak one.
        """
        known = language if language in self.languages else None
        found: dict[str, Match] = {}
        for match in self._search.find(text, known):
            before = found.get(match.rule.kind)
            if before is None or match.strength < before.strength:  # strong sorts before weak
                found[match.rule.kind] = match
        news = bool(found) and self._is_news(text, known)
        return tuple(
            self._finding(found[kind], news) for kind in sorted(found, key=self._gravity.__getitem__)
        )

    def prepare(self) -> Iterator[None]:
        """Seconds of work in many steps, so that no message has to wait for all of it later."""
        return self._search.prepare()

    def _is_news(self, text: str, language: str | None) -> bool:
        spoken = [self.languages[language]] if language else self.languages.values()
        return is_headline(text, frozenset[str]().union(*(rules.personal for rules in spoken)))

    def combine(self, findings: Iterable[Finding], registers: Mapping[str, float]) -> Finding | None:
        """The gravest finding that counts, or None.

        A strong one counts; a weak one where the classifier's probabilities of `registers`
        leave trouble enough (`weak` in kinds.yml). Without probabilities a weak one counts:
        in doubt a human looks; but one that belies a register needs that register.
        """
        counting = [finding for finding in findings if self._counts(finding, registers)]
        return min(counting, key=lambda finding: self._gravity[finding.kind], default=None)

    def _counts(self, finding: Finding, registers: Mapping[str, float]) -> bool:
        only = self.kinds[finding.kind].only
        if only and max(registers, key=registers.__getitem__, default=None) not in only:
            return False
        if finding.strength == "strong" or not registers:
            return True
        return sum(registers.get(name, 0) for name in self._terms.weak_registers) >= self._terms.weak_share

    def sure(self, findings: Iterable[Finding]) -> Finding | None:
        """The gravest finding that counts whatever a classifier would say, or None."""
        return self.combine((finding for finding in findings if finding.strength == "strong"), {})

    def help_text(self, kind: str, language: str, market: str) -> str | None:
        """See `Emergency.text`."""
        return self._emergency.text(kind, language, market)

    def _finding(self, match: Match, news: bool) -> Finding:
        rule = match.rule
        strength: Strength = "weak" if news and rule.kind not in self._terms.firm else match.strength
        return Finding(
            kind=rule.kind,
            severity=self.kinds[rule.kind].severity,
            strength=strength,
            words=match.words,
            why=f"{textwrap.shorten(rule.text, _LONGEST_PATTERN, placeholder=' …')} ({rule.place})",
        )
