"""The evaluation of a release: what was seen, and the figures and files made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from bot.errors import EvaluationError
from bot.trainers.calibration import Sure, Tenth, tenths
from bot.trainers.confusions import Guessed, confusions, matrix
from bot.trainers.evaluate import Judge, Outcome, Progress, judge_all, write_results
from bot.trainers.figures import (
    ALL,
    Evaluation,
    cross_figures,
    guess_of,
    guessed,
    held_out_figures,
    key,
    outcome,
    save,
    sure,
    truth_of,
)
from bot.trainers.folds import CrossRead
from bot.trainers.judged import Judged, held_out, with_topics
from bot.trainers.material import read_topics
from bot.trainers.measures import Pair
from bot.trainers.pictures import confusion_picture, reliability_picture

# What the figures depend on, beside what the model is made of.
_RULES = ("brand.yml", "data/answers", "data/guard", "tests/nlu", "bot/guard", "bot/conversation")
_EXAMPLES = ("data/nlu",)


class Message(Struct, frozen=True, kw_only=True):
    """A message of tests/nlu, where it stands, and what was made of it."""

    place: str
    row: Judged
    outcome: Outcome

    @property
    def pair(self) -> Pair:
        return self.row, self.outcome.result

    @property
    def sure(self) -> Sure:
        """How confident the assistant's own reading is, before the guard and the rules."""
        reading = self.outcome.reading
        return reading.confidence, guess_of(reading.register, reading.topic) == truth_of(self.row)

    @property
    def guessed(self) -> Guessed:
        result = self.outcome.result
        return Guessed(
            text=self.row.text,
            place=self.place,
            truth=truth_of(self.row),
            guess=guess_of(result.register, result.topic),
            confidence=result.confidence,
        )


class Evidence(Struct, frozen=True, kw_only=True):
    """All that was seen: messages through the whole assistant, examples through cross-validation."""

    messages: list[Message]
    reads: list[CrossRead]

    @property
    def pairs(self) -> list[Pair]:
        return [message.pair for message in self.messages]


async def see_held_out(root: Path, judge: Judge, progress: Progress) -> list[Message]:
    """Run all messages of tests/nlu through the assistant and the rules."""
    topics = read_topics(root)
    placed = [
        (f"tests/nlu/{name}:{row.line}", row)
        for name, rows in held_out(root).items()
        for row in with_topics(rows, topics)
    ]
    if not placed:
        raise EvaluationError("there is no CSV file in tests/nlu to measure with")
    outcomes = await judge_all([row for _, row in placed], judge, progress)
    return [
        Message(place=place, row=row, outcome=it) for (place, row), it in zip(placed, outcomes, strict=True)
    ]


class Origin(Struct, frozen=True, kw_only=True):
    """Hashes of all that figures depend on, and of the training examples alone."""

    inputs: str
    examples: str


def origin(root: Path, model: str) -> Origin:
    """The hashes of the present files; `model` is that of what the model is made of."""
    rules = _digest(root, _RULES)
    inputs = hashlib.sha256(f"{model} {rules}".encode()).hexdigest()[:16]
    return Origin(inputs=inputs, examples=_digest(root, _EXAMPLES))


def evaluation_of(evidence: Evidence, origin: Origin, made_at: datetime) -> Evaluation:
    """The figures of a release. `origin` is to be taken before it is measured, which takes a while."""
    return Evaluation(
        made_at=made_at,
        inputs=origin.inputs,
        examples=origin.examples,
        held_out={
            language: held_out_figures([it.pair for it in spoken], [it.sure for it in spoken])
            for language in _languages(it.row.language for it in evidence.messages)
            for spoken in [[it for it in evidence.messages if language in (ALL, it.row.language)]]
        },
        crossed={
            language: cross_figures([it for it in evidence.reads if language in (ALL, it.language)])
            for language in _languages(it.language for it in evidence.reads)
            if evidence.reads
        },
        outcomes={key(row): outcome(result) for row, result in evidence.pairs},
    )


def write_files(evidence: Evidence, evaluation: Evaluation, folder: Path) -> None:
    """Figures, pictures, confusions with their sentences, and every message with its outcome."""
    save(evaluation, folder / "evaluation.json")
    messages, read = guesses(evidence), [guessed(it) for it in evidence.reads]
    results = [it.outcome.result for it in evidence.messages]
    write_results(folder / "messages.csv", [it.row for it in evidence.messages], results)
    told = _told(messages, "Messages of tests/nlu") + _told(read, "Cross-validation of data/nlu")
    write(folder / "confusions.md", told)
    write(folder / "registers.svg", _picture([_by_register(it) for it in evidence.messages]))
    write(folder / "reliability.svg", reliability_picture(curves(evidence)))
    if read:
        write(folder / "intents.svg", _picture(read))


def guesses(evidence: Evidence) -> list[Guessed]:
    """What each message of tests/nlu is and was taken for."""
    return [message.guessed for message in evidence.messages]


def curves(evidence: Evidence) -> dict[str, list[Tenth]]:
    """How often right against how confident, of messages and of examples."""
    found = {"tests/nlu": tenths(message.sure for message in evidence.messages)}
    if evidence.reads:
        found["cross-validation"] = tenths(map(sure, evidence.reads))
    return found


def write(file: Path, content: str) -> None:
    """Write a text; raises `EvaluationError` where that is impossible."""
    try:
        file.write_text(content, encoding="utf8")
    except OSError as error:
        raise EvaluationError(f"{file}: {error.strerror}") from error


def _digest(root: Path, tops: Iterable[str]) -> str:
    """A hash over names and contents of files."""
    hashed = hashlib.sha256()
    for top in tops:
        found = sorted((root / top).rglob("*.*")) if (root / top).is_dir() else [root / top]
        for file in found:
            if file.is_file() and file.suffix in (".yml", ".csv", ".py"):
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                hashed.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return hashed.hexdigest()[:16]


def _languages(spoken: Iterable[str]) -> list[str]:
    return [ALL, *sorted(set(spoken) - {""})]


def _by_register(message: Message) -> Guessed:
    return Guessed(
        text=message.row.text,
        place=message.place,
        truth=message.row.register or "other",
        guess=message.outcome.result.register,
        confidence=message.outcome.result.confidence,
    )


def _picture(messages: Sequence[Guessed]) -> str:
    labels = sorted({label for it in messages for label in (it.truth, it.guess)})
    return confusion_picture(matrix(messages, labels), labels)


def _told(messages: Sequence[Guessed], title: str) -> str:
    """Every confusion with its sentences, the commonest first."""
    lines = [f"# {title}", ""]
    for confusion in confusions(messages):
        lines += [f"## {confusion.truth} taken for {confusion.guess}: {len(confusion.messages)}", ""]
        lines += [
            f"- {it.confidence:.2f} {it.place} {' '.join(it.text.split())}" for it in confusion.messages
        ]
        lines.append("")
    return "\n".join(lines) + "\n"
