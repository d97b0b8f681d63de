"""What lies in a lot of numbers. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from statistics import fmean


def percentile(values: Collection[float], share: float) -> float:
    """The smallest value that `share` (0 to 1) of all values do not exceed: nearest rank."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def median(values: Collection[float]) -> float:
    """Half of the values do not exceed it."""
    return percentile(values, 0.5)


def share(part: int, whole: int) -> float:
    """In per cent; of nothing, everything."""
    return 100 * part / whole if whole else 100.0


def steady_rate(moments: Collection[float]) -> float:
    """How many a second, in the middle four fifths: without a slow start and stragglers."""
    ordered = sorted(moments)
    cut = len(ordered) // 10
    middle = ordered[cut : len(ordered) - cut]
    if len(middle) < 2 or middle[-1] == middle[0]:
        return math.nan
    return (len(middle) - 1) / (middle[-1] - middle[0])


def described(seconds: Sequence[float]) -> dict[str, float]:
    """Times in milliseconds, as latest.json keeps them."""
    if not seconds:
        return {"count": 0}
    in_ms = {
        "mean": fmean(seconds),
        "median": median(seconds),
        "p95": percentile(seconds, 0.95),
        "p99": percentile(seconds, 0.99),
        "most": max(seconds),
    }
    return {"count": len(seconds)} | {name: round(1000 * value, 2) for name, value in in_ms.items()}
