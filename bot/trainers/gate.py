"""The gate: what a release would lose against the one that was accepted last. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bot.trainers.figures import ALL, Evaluation, key, result_of
from bot.trainers.measures import MEASURES, Measure, Pair
from bot.trainers.scores import macro_f1

# A point, with room for rounding.
POINT = 0.01 + 1e-9
# One message more or less is chance, not a loss, where nobody's safety is at stake.
_CHANCE = 1


class Loss(Struct, frozen=True, kw_only=True):
    """One reason to refuse a release; `pairs` are the messages that newly went wrong."""

    words: str
    pairs: list[Pair] = []


class Comparison(Struct, frozen=True, kw_only=True):
    """The messages that both evaluations saw, today and as they were accepted."""

    now: list[Pair]
    then: list[Pair]


def in_common(pairs: Sequence[Pair], accepted: Evaluation) -> Comparison:
    """Messages that were added or changed since are left out: they tell nothing about the release."""
    kept = [(row, result) for row, result in pairs if key(row) in accepted.outcomes]
    return Comparison(now=kept, then=[(row, result_of(accepted.outcomes[key(row)])) for row, _ in kept])


def losses(pairs: Sequence[Pair], present: Evaluation, accepted: Evaluation) -> list[Loss]:
    """All that forbids the release.

    On a measure of safety every message counts: more went wrong than did. Elsewhere a loss is
    more than a point, and more than one message. Cross-validation counts only where the training
    examples are the same: other examples are another examination.
    """
    both = in_common(pairs, accepted)
    return [*_measures(both), *_registers(both), *_crossed(present, accepted)]


def _measures(both: Comparison) -> Iterator[Loss]:
    for measure in MEASURES:
        now, then = measure.failures(both.now), measure.failures(both.then)
        if _is_worse(measure, len(now), len(then), len(measure.among_pairs(both.now))):
            failed = {key(row) for row, _ in then}
            words = f"{measure.name}: {len(now)} the wrong way, {len(then)} as accepted"
            yield Loss(words=words, pairs=[pair for pair in now if key(pair[0]) not in failed])


def _is_worse(measure: Measure, now: int, then: int, among: int) -> bool:
    if measure.safety:
        return now > then
    return now - then > max(_CHANCE, POINT * among)


def _registers(both: Comparison) -> Iterator[Loss]:
    """Macro-F1 over registers, of all messages and of each language."""
    for language in (ALL, *sorted({row.language for row, _ in both.now if row.language})):
        now, then = (_macro_f1(pairs, language) for pairs in (both.now, both.then))
        if then - now > POINT:
            yield Loss(words=f"macro-F1 over registers ({language}): {now:.3f}, it was {then:.3f}")


def _macro_f1(pairs: Sequence[Pair], language: str) -> float:
    spoken = [(row, result) for row, result in pairs if language in (ALL, row.language)]
    gold, found = [row.register for row, _ in spoken], [result.register for _, result in spoken]
    return macro_f1(gold, found) if gold else 0.0


def _crossed(present: Evaluation, accepted: Evaluation) -> Iterator[Loss]:
    now, then = present.crossed.get(ALL), accepted.crossed.get(ALL)
    if not now or not then or (present.examples, now.messages) != (accepted.examples, then.messages):
        return
    if then.macro_f1 - now.macro_f1 > POINT:
        words = f"macro-F1 of cross-validation: {now.macro_f1:.3f}, it was {then.macro_f1:.3f}"
        yield Loss(words=words)
