"""What is taken for what, with the sentences. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct


class Guessed(Struct, frozen=True, kw_only=True):
    """One message: what it is, what it was taken for, and how confidently."""

    text: str
    place: str
    truth: str
    guess: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.truth == self.guess


class Confusion(Struct, frozen=True, kw_only=True):
    """Messages of one kind taken for another, the most confident mistake first."""

    truth: str
    guess: str
    messages: list[Guessed]


def confusions(guessed: Iterable[Guessed]) -> list[Confusion]:
    """All confusions, the commonest first."""
    pairs: dict[tuple[str, str], list[Guessed]] = defaultdict(list)
    for message in guessed:
        if not message.is_right:
            pairs[message.truth, message.guess].append(message)
    found = [
        Confusion(truth=truth, guess=guess, messages=sorted(messages, key=_surest))
        for (truth, guess), messages in pairs.items()
    ]
    return sorted(found, key=lambda confusion: (-len(confusion.messages), confusion.truth, confusion.guess))


def matrix(guessed: Sequence[Guessed], labels: Sequence[str]) -> list[list[int]]:
    """How often each label, by row, was taken for each other, by column."""
    place = {label: number for number, label in enumerate(labels)}
    counts = [[0] * len(labels) for _ in labels]
    for message in guessed:
        counts[place[message.truth]][place[message.guess]] += 1
    return counts


def _surest(message: Guessed) -> tuple[float, str]:
    return -message.confidence, message.place
