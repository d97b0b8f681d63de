"""Accepts the release that was evaluated last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from bot.errors import EvaluationError
from bot.trainers.figures import ACCEPTED, RESULTS, Evaluation, key, load, result_of, save
from bot.trainers.gate import Loss, losses
from bot.trainers.judged import held_out, with_topics
from bot.trainers.material import read_topics
from bot.trainers.measures import Pair
from bot.trainers.release import origin

_EVALUATION = RESULTS / "evaluation.json"


def accept(root: Path, *, model: str, because: str) -> Sequence[Loss]:
    """Keep the last evaluation as the accepted one; the losses that were accepted with it.

    Where the gate refuses it, a reason is needed and is kept. Raises `EvaluationError` where
    there is no evaluation of the present files, or no reason for a loss.
    """
    present = _present(root, model)
    accepted = load(root / ACCEPTED)
    lost = losses(_pairs(root, present), present, accepted) if accepted else []
    if lost and not because:
        told = "\n".join(f"- {loss.words}" for loss in lost)
        raise EvaluationError(
            f"The gate refuses this release:\n{told}\nTo accept it say why: --because REASON"
        )
    kept = (*accepted.because, *_reasons(present, lost, because)) if accepted else ()
    save(structs.replace(_slim(present), because=kept), root / ACCEPTED)
    return lost


def _present(root: Path, model: str) -> Evaluation:
    present = load(root / _EVALUATION)
    if present is None:
        raise EvaluationError("There is nothing to accept yet: `make evaluate` first.")
    if present.inputs != origin(root, model).inputs:
        raise EvaluationError("Something has changed since the last evaluation: `make evaluate` first.")
    return present


def _slim(evaluation: Evaluation) -> Evaluation:
    """Without the figures of every kind, which nothing is compared with."""
    held_out, crossed = (
        {name: structs.replace(it, registers={}, kinds={}) for name, it in figures.items()}
        for figures in (evaluation.held_out, evaluation.crossed)
    )
    return structs.replace(evaluation, held_out=held_out, crossed=crossed)


def _reasons(present: Evaluation, lost: Sequence[Loss], because: str) -> list[str]:
    day = present.made_at.date().isoformat()
    return [f"{day}: {loss.words}, because {because}" for loss in lost]


def _pairs(root: Path, present: Evaluation) -> list[Pair]:
    """The messages with their outcomes as they were evaluated."""
    topics = read_topics(root)
    rows = [row for rows in held_out(root).values() for row in with_topics(rows, topics)]
    return [(row, result_of(present.outcomes[key(row)])) for row in rows if key(row) in present.outcomes]
