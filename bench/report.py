"""What pipelines did, as a table. Pure but for the number of cores."""

from __future__ import annotations

import os
from collections.abc import Sequence

from msgspec import Struct

from bot.trainers.scores import accuracy, macro_f1, recall

_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


class Measured(Struct, frozen=True, kw_only=True):
    """What one pipeline did: for every message the label that it thinks `best`, how confident it
    is of it, and whether by its own thresholds it is `unsure`. `milliseconds` is the median.
    """

    name: str
    best: list[str]
    confidence: list[float]
    unsure: list[bool]
    milliseconds: float
    training_seconds: float
    megabytes: float

    def found(self, oos: str | None) -> list[str]:
        """The labels found; with `oos` what it is unsure of is out of scope."""
        if oos is None:
            return self.best
        return [oos if unsure else label for label, unsure in zip(self.best, self.unsure, strict=True)]

    def found_above(self, least: float, oos: str) -> list[str]:
        """The labels that would be found were it unsure below another threshold."""
        pairs = zip(self.best, self.confidence, strict=True)
        return [oos if confidence < least else label for label, confidence in pairs]


def report(measured: Sequence[Measured], gold: Sequence[str], oos: str | None) -> str:
    """The figures, and how the first pipeline compares in time with the last."""
    found = [it.found(oos) for it in measured]
    rows = [
        ("", *(it.name for it in measured)),
        ("accuracy", *(f"{accuracy(gold, labels):.4f}" for labels in found)),
        ("macro-F1", *(f"{macro_f1(gold, labels):.4f}" for labels in found)),
        *(_scope(found, gold, oos) if oos is not None else ()),
        ("ms a message (median)", *(f"{it.milliseconds:.2f}" for it in measured)),
        ("training, s", *(f"{it.training_seconds:.1f}" for it in measured)),
        ("peak memory, MB", *(f"{it.megabytes:.0f}" for it in measured)),
    ]
    lines = [f"{len(gold)} messages, {len(set(gold))} labels; {_machine()}", *map(_line, rows)]
    if len(measured) > 1:
        ratio = measured[0].milliseconds / measured[-1].milliseconds
        lines.append(f"{measured[0].name} takes {ratio:.2f} times as long as {measured[-1].name}")
    return "\n".join([*lines, *(_trade(measured[0], gold, oos) if oos is not None else ())])


def _scope(found: Sequence[Sequence[str]], gold: Sequence[str], oos: str) -> list[tuple[str, ...]]:
    return [
        ("in scope: accuracy", *(f"{_inside(gold, labels, oos):.4f}" for labels in found)),
        ("out of scope: recall", *(f"{recall(gold, labels, oos):.4f}" for labels in found)),
        ("out of scope: precision", *(f"{recall(labels, gold, oos):.4f}" for labels in found)),
    ]


def _inside(gold: Sequence[str], found: Sequence[str], oos: str) -> float:
    """The share of right ones among the messages in scope; 0 where there are none."""
    right = [a == b for a, b in zip(gold, found, strict=True) if a != oos]
    return sum(right) / len(right) if right else 0.0


def _trade(measured: Measured, gold: Sequence[str], oos: str) -> list[str]:
    """What other thresholds would give: the more is found out of scope, the less in scope."""
    lines = [f"Were {measured.name} unsure below", _line(("", "in scope", "out of scope"))]
    for least in _THRESHOLDS:
        found = measured.found_above(least, oos)
        inside, outside = _inside(gold, found, oos), recall(gold, found, oos)
        lines.append(_line((f"{least:.1f}", f"{inside:.4f}", f"{outside:.4f}")))
    return lines


def _line(cells: Sequence[str]) -> str:
    return f"  {cells[0]:24}" + "".join(f"{cell:>14}" for cell in cells[1:])


def _machine() -> str:
    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    return f"{len(os.sched_getaffinity(0))} core(s), OMP_NUM_THREADS {threads}"
