"""The figures of a release, and how they are kept. Pure but for reading and writing the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.errors import EvaluationError
from bot.trainers.calibration import calibration_error, tenths
from bot.trainers.confusions import Guessed
from bot.trainers.folds import CrossRead
from bot.trainers.judged import Judged
from bot.trainers.measures import Pair, Result, Share, taken
from bot.trainers.scores import accuracy, f1, macro_f1, recall


class Score(Struct, frozen=True, kw_only=True):
    """How well one kind of message is found, of so many."""

    f1: float
    recall: float
    of: int


class Figures(Struct, frozen=True, kw_only=True):
    """Over messages of one language, or all.

    Accuracy and macro-F1 are over registers; `kinds` are registers, and topics of questions;
    `measures` are those of `bot.trainers.measures`, empty for training examples.
    """

    messages: int
    accuracy: float
    macro_f1: float
    registers: dict[str, Score]
    kinds: dict[str, Score]
    measures: dict[str, Share] = {}
    calibration_error: float | None = None


class Evaluation(Struct, frozen=True, kw_only=True):
    """All that is kept of the evaluation of a release.

    `inputs` and `examples` are hashes, of all that the figures depend on and of the training
    examples alone. `held_out` and `crossed` go by language, `all` for all of them. `outcomes`
    say what became of each message of tests/nlu, by a hash of its text. `because` are the reasons
    for which losses were accepted.
    """

    made_at: datetime
    inputs: str
    examples: str
    held_out: dict[str, Figures]
    crossed: dict[str, Figures] = {}
    outcomes: dict[str, str] = {}
    because: tuple[str, ...] = ()


ALL = "all"
# Where the last evaluation is, and the one that was accepted last.
RESULTS, ACCEPTED = Path("results"), Path("tests/nlu/accepted.json")


def key(row: Judged) -> str:
    """By which the outcome of a message is found again, whatever its line."""
    return hashlib.sha256(row.text.encode()).hexdigest()[:12]


def outcome(result: Result) -> str:
    """What became of a message, in a word or three: decision, register, topic."""
    return f"{result.decision} {result.register} {result.topic}".strip()


def result_of(outcome: str) -> Result:
    """As much of a result as an outcome tells, which is what measures look at."""
    decision, register, *topic = outcome.split()
    return Result(
        decision=decision,
        register=register,
        topic=topic[0] if topic else "",
        language="",
        confidence=0,
        team="",
        priority="",
        reply="",
    )


def truth_of(row: Judged) -> str:
    """The kind of a message: `question_` and the topic where there is one, else the register."""
    return f"question_{row.topic}" if row.topic else row.register


def guess_of(register: str, topic: str | None) -> str:
    """The kind that a message was taken for."""
    return f"question_{topic}" if register == "question" and topic else register


def held_out_figures(pairs: Sequence[Pair], sure: Iterable[tuple[float, bool]]) -> Figures:
    """Over messages of tests/nlu; `sure` are confidence and truth of each reading."""
    gold, found = [row.register for row, _ in pairs], [result.register for _, result in pairs]
    kinds = [truth_of(row) for row, _ in pairs], [guess_of(it.register, it.topic) for _, it in pairs]
    return Figures(
        messages=len(pairs),
        accuracy=_rounded(accuracy(gold, found)),
        macro_f1=_rounded(macro_f1(gold, found)),
        registers=_scores(gold, found),
        kinds=_scores(*kinds),
        measures={measure.key: share for measure, share in taken(pairs)},
        calibration_error=_rounded(calibration_error(tenths(sure))),
    )


def cross_figures(reads: Sequence[CrossRead]) -> Figures:
    """Over training examples, each read by a model that was not trained with it."""
    gold, found = [it.register for it in reads], [it.reading.register for it in reads]
    return Figures(
        messages=len(reads),
        accuracy=_rounded(accuracy(gold, found)),
        macro_f1=_rounded(macro_f1(gold, found)),
        registers=_scores(gold, found),
        kinds=_scores([it.intent for it in reads], [it.guess for it in reads]),
        calibration_error=_rounded(calibration_error(tenths(map(sure, reads)))),
    )


def sure(read: CrossRead) -> tuple[float, bool]:
    """How confident the reading of an example is, and whether it is right."""
    return read.reading.confidence, read.guess == read.intent


def guessed(read: CrossRead) -> Guessed:
    """The reading of an example as a guess at its intent."""
    return Guessed(
        text=read.text,
        place=read.place,
        truth=read.intent,
        guess=read.guess,
        confidence=read.reading.confidence,
    )


def save(evaluation: Evaluation, file: Path) -> None:
    """Write an evaluation, a line for each figure, so that a comparison shows what changed."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(evaluation), indent=1) + b"\n")
    except OSError as error:
        raise EvaluationError(f"{file}: {error.strerror}") from error


def load(file: Path) -> Evaluation | None:
    """Read an evaluation; None where there is none. Raises `EvaluationError` where it is none."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Evaluation)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise EvaluationError(f"{file}: is no evaluation of this version: {error}") from error


def _scores(gold: Sequence[str], found: Sequence[str]) -> dict[str, Score]:
    return {
        label: Score(
            f1=_rounded(f1(gold, found, label)),
            recall=_rounded(recall(gold, found, label)),
            of=gold.count(label),
        )
        for label in sorted(set(gold))
    }


def _rounded(figure: float) -> float:
    return round(figure, 4)
