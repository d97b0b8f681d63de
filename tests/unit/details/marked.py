"""Texts in which personal details are marked: `[Marie](name)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from bot.details.detail import Detail, DetailKind

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en", "es")
_MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


class Marked(Struct, frozen=True, kw_only=True):
    """A text, and the details that a person sees in it."""

    text: str
    details: tuple[Detail, ...]

    def missed(self, found: Iterable[Detail], kinds: Iterable[DetailKind]) -> list[str]:
        """The marked details of these kinds of which some letter stays visible."""
        spans = [(one.kind, one.start, one.end) for one in found]
        return [
            self.text[own.start : own.end]
            for own in self.details
            if own.kind in kinds
            and not any(kind == own.kind and a <= own.start and own.end <= b for kind, a, b in spans)
        ]

    def false(self, found: Iterable[Detail]) -> list[str]:
        """What was found where nothing is marked."""
        return [
            self.text[one.start : one.end]
            for one in found
            if not any(one.start < own.end and own.start < one.end for own in self.details)
        ]


def read(folder: str, language: str) -> list[Marked]:
    """The texts of a file; the first line says what it is for."""
    lines = (HERE / folder / f"{language}.txt").read_text(encoding="utf8").splitlines()
    return [_marked(line) for line in lines[1:] if line]


def _marked(line: str) -> Marked:
    return Marked(text=_MARK.sub(r"\1", line), details=tuple(_details(line)))


def _details(line: str) -> Iterator[Detail]:
    removed = 0
    for match in _MARK.finditer(line):
        start = match.start() - removed
        yield Detail(kind=match[2], start=start, end=start + len(match[1]))  # type: ignore[arg-type]  # a test file
        removed += len(match.group()) - len(match[1])
