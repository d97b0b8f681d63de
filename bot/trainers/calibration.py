"""Whether the assistant is right as often as it says. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

TENTHS = 10
# One guess: how confident it was, and whether it was right.
Sure = tuple[float, bool]


class Tenth(Struct, frozen=True, kw_only=True):
    """Guesses of about the same confidence: how many, how confident, how often right."""

    count: int
    confidence: float
    right: float


def tenths(guesses: Iterable[Sure]) -> list[Tenth]:
    """Guesses by tenths of confidence; tenths without a guess are left out."""
    groups: list[list[Sure]] = [[] for _ in range(TENTHS)]
    for guess in guesses:
        groups[min(int(guess[0] * TENTHS), TENTHS - 1)].append(guess)
    return [_tenth(group) for group in groups if group]


def calibration_error(curve: Iterable[Tenth]) -> float:
    """The expected calibration error: how far confidence is from truth, by the number of guesses.

    0 is perfect. Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    weighed = [(it.count, abs(it.confidence - it.right)) for it in curve]
    total = sum(count for count, _ in weighed)
    return sum(count * gap for count, gap in weighed) / total if total else 0.0


def _tenth(group: list[Sure]) -> Tenth:
    confidence = sum(confidence for confidence, _ in group) / len(group)
    return Tenth(count=len(group), confidence=confidence, right=sum(right for _, right in group) / len(group))
