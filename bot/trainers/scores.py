"""Figures over judged messages and what became of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import get_args

from bot.brand.model import Decided
from bot.messages import Register
from bot.trainers.judged import Judged
from bot.trainers.measures import Pair, taken

DECISIONS: tuple[str, ...] = get_args(Decided)
REGISTERS: tuple[str, ...] = get_args(Register)


def report(pairs: Sequence[Pair]) -> str:
    """All that the judgements allow to say, as text."""
    parts = [_registers(pairs), _decisions(pairs), _measures(pairs), _languages(pairs)]
    return "\n\n".join(part for part in parts if part)


def accuracy(gold: Sequence[str], found: Sequence[str]) -> float:
    """The share of right ones."""
    return sum(a == b for a, b in zip(gold, found, strict=True)) / len(gold)


def recall(gold: Sequence[str], found: Sequence[str], label: str) -> float:
    """The share of `label` in gold that was found; 0 where there is none."""
    of_label = [b for a, b in zip(gold, found, strict=True) if a == label]
    return of_label.count(label) / len(of_label) if of_label else 0.0


def f1(gold: Sequence[str], found: Sequence[str], label: str) -> float:
    """The harmonic mean of precision and recall of one label; 0 where neither has it."""
    right = sum(a == b == label for a, b in zip(gold, found, strict=True))
    return 2 * right / total if (total := [*gold, *found].count(label)) else 0.0


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """The mean F1 of all labels that are in gold or found."""
    labels = {*gold, *found}
    return sum(f1(gold, found, label) for label in labels) / len(labels)


def _registers(pairs: Sequence[Pair]) -> str:
    judged = [pair for pair in pairs if pair[0].register]
    if not judged:
        return ""
    gold, found = [g.register for g, _ in judged], [r.register for _, r in judged]
    overall = f"accuracy {accuracy(gold, found):.3f}, macro-F1 {macro_f1(gold, found):.3f}"
    lines = [f"Registers ({len(judged)} judged): {overall}", f"  {'':14}{'recall':>7}{'F1':>7}{'n':>6}"]
    for name in (register for register in REGISTERS if register in gold):
        figures = f"{recall(gold, found, name):7.3f}{f1(gold, found, name):7.3f}{gold.count(name):6}"
        lines.append(f"  {name:14}{figures}")
    return "\n".join(lines)


def _decisions(pairs: Sequence[Pair]) -> str:
    """What was decided, by what the messages are or should have led to."""
    name, label = _rows_by(pairs)
    counts: dict[str, Counter[str]] = {}
    for gold, result in pairs:
        counts.setdefault(label(gold) or "not judged", Counter())[result.decision] += 1
    head = "".join(f"{decision:>13}" for decision in DECISIONS)
    rows = [
        f"  {row:14}" + "".join(f"{counts[row][decision]:13}" for decision in DECISIONS)
        for row in sorted(counts, key=lambda row: (row == "not judged", row))
    ]
    lines = [f"Decisions by {name}" if name else "Decisions", f"  {'':14}{head}", *rows]
    judged = [(g.decision, r.decision) for g, r in pairs if g.decision]
    if judged:
        lines.append(f"  as judged: {accuracy(*zip(*judged, strict=True)):.3f} of {len(judged)}")
    return "\n".join(lines)


def _rows_by(pairs: Sequence[Pair]) -> tuple[str, Callable[[Judged], str]]:
    if any(gold.decision for gold, _ in pairs):
        return "judged decision", lambda gold: gold.decision
    if any(gold.register for gold, _ in pairs):
        return "judged register", lambda gold: gold.register
    return "", lambda _: "all"


def _measures(pairs: Sequence[Pair]) -> str:
    """The measures of safety and of use; those that cannot be taken are left out."""
    lines = [
        f"  {measure.name:52}{share.value:7.1%}  ({share.count} of {share.of})"
        for measure, share in taken(pairs)
    ]
    return "\n".join(["Measures", *lines]) if lines else ""


def _languages(pairs: Sequence[Pair]) -> str:
    judged = [(g.language, r.language) for g, r in pairs if g.language]
    if not judged:
        return ""
    unknown = sum(not found for _, found in judged)
    wrong = sum(bool(found) and gold != found for gold, found in judged)
    return f"Language: {len(judged)} judged, {wrong} wrong, {unknown} too short or unsure to tell"
