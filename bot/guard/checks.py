"""Tries the sentences that the files give as tests."""

from __future__ import annotations

from collections.abc import Iterator

from bot.guard.guard import Guard
from bot.guard.loading import Expected, Sample
from bot.guard.values import Finding

_MUST: dict[Expected, str] = {
    "strong": "must be found by a strong pattern",
    "weak": "must be found by a weak pattern, and by no strong one",
    "silent": "must not be found",
}


def failures(guard: Guard) -> Iterator[str]:
    """Every sentence of the files' `tests` that fails, in words for the trainer."""
    for rules in guard.languages.values():
        for sample in rules.samples:
            found = _found(guard, sample)
            if _outcome(found) != sample.expected:
                yield _failure(sample, found)


def _found(guard: Guard, sample: Sample) -> Finding | None:
    findings = guard.inspect(sample.text, sample.language)
    return next((finding for finding in findings if finding.kind == sample.kind), None)


def _outcome(found: Finding | None) -> Expected:
    return found.strength if found else "silent"


def _failure(sample: Sample, found: Finding | None) -> str:
    by = f"this {found.strength} pattern finds it: {found.why}" if found else "no pattern finds it"
    return f"{sample.place}, {sample.kind}: {sample.text!r} {_MUST[sample.expected]}, but {by}"
