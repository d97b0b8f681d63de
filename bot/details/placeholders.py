"""Masks what leaves the house: instead of each detail stands its kind, as in `<name>`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from bot.details import find
from bot.details.detail import Detail, DetailKind, apart, detail
from bot.details.vocabulary import fold

# What is left of a card when it is stored: bot.details.mask keeps the last digits.
_STORED_CARD = re.compile(r"•{4} \d{4}\b")
_HANDLE = re.compile(r"(?<![\w@.])@\w{2,}")


class NameFinder(Protocol):
    """What finds names: `bot.details.names.Names`."""

    def find(self, text: str, known: str = "") -> tuple[Detail, ...]:
        """The names in a text; `known` is the name under which the customer writes."""


class Masked(Struct, frozen=True, kw_only=True):
    """A text without details, and the kinds of those that it had."""

    text: str
    kinds: tuple[DetailKind, ...]


class Placeholders:
    """Puts placeholders for details. `own` are the brand's names: its own handles stay."""

    def __init__(self, names: NameFinder, own: Iterable[str]) -> None:
        self._names = names
        self._own = tuple(re.sub(r"\W", "", fold(name)).lower() for name in own)

    def mask(self, text: str, known: str = "") -> Masked:
        """Mask a text; `known` is the name under which the customer writes."""
        stored = (detail("card", match) for match in _STORED_CARD.finditer(text))
        found = apart([*stored, *find(text), *self._handles(text), *self._names.find(text, known)])
        for one in reversed(found):
            text = f"{text[: one.start]}<{one.kind}>{text[one.end :]}"
        return Masked(text=text, kinds=tuple(one.kind for one in found))

    def _handles(self, text: str) -> Iterator[Detail]:
        for match in _HANDLE.finditer(text):
            if not any(name in fold(match.group()).lower() for name in self._own):
                yield detail("handle", match)
