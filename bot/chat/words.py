"""The words of the page, in every language it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

Words = Mapping[str, Mapping[str, str]]

_FILE = Path(__file__).parent / "words.yml"


def load_words() -> Words:
    """Every text by name and language."""
    words: Words = yaml.safe_load(_FILE.read_text(encoding="utf8"))
    return words


def languages_of(words: Words) -> frozenset[str]:
    """The languages in which every text is there."""
    return frozenset.intersection(*(frozenset(texts) for texts in words.values()))


def in_language(words: Words, language: str) -> dict[str, str]:
    """Every text by name."""
    return {name: texts[language] for name, texts in words.items()}


def choose(available: Sequence[str], *, asked: str | None, accepted: str) -> str:
    """The language of a page: the one asked for, else the browser's, else the first available.

    `accepted` is an `Accept-Language` header.
    """
    wishes = [asked or "", *_by_preference(accepted)]
    return next((w for w in map(_primary, wishes) if w in available), available[0])


def _primary(tag: str) -> str:
    return tag.strip().lower().split("-")[0]


def _by_preference(accepted: str) -> list[str]:
    weighted = [_weighted(part) for part in accepted.split(",")[:20]]
    return [tag for weight, tag in sorted(weighted, key=lambda w: -w[0]) if weight > 0]


def _weighted(part: str) -> tuple[float, str]:
    tag, *parameters = part.split(";")
    return next(_qualities(parameters), 1.0), tag


def _qualities(parameters: list[str]) -> Iterator[float]:
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            yield float(value) if value.replace(".", "", 1).isdecimal() else 0.0
