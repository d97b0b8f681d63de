"""Makes an evaluation known: the files in its folder, the gist in words, and what the gate says."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from bot.trainers.confusions import confusions
from bot.trainers.figures import Evaluation
from bot.trainers.gate import Loss, in_common, losses
from bot.trainers.release import Evidence, curves, guesses, write, write_files
from bot.trainers.report import gist, report, top_confusions, verdict
from bot.trainers.scores import report as scores_of


class Published(Struct, frozen=True, kw_only=True):
    """What is printed of an evaluation, and what the gate holds against the release."""

    gist: str
    losses: list[Loss]


def publish(evidence: Evidence, present: Evaluation, accepted: Evaluation | None, folder: Path) -> Published:
    """Write the files to `folder` and compare with the accepted release, if there is one.

    Raises `EvaluationError` where a file cannot be written.
    """
    both = in_common(evidence.pairs, accepted) if accepted else None
    lost = losses(evidence.pairs, present, accepted) if accepted else []
    confused, gate = confusions(guesses(evidence)), verdict(lost, both)
    write_files(evidence, present, folder)
    write(folder / "evaluation.md", report(present, curves(evidence), confused, gate, both))
    top = ["Commonest confusions", *top_confusions(confused)]
    parts = [scores_of(evidence.pairs), "\n".join(top), "\n".join(gist(present)), "\n".join(gate)]
    return Published(gist="\n\n".join(parts), losses=lost)
