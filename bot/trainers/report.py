"""The report of a release, in Markdown: to be read, and to be put beside a change. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.trainers.calibration import Tenth
from bot.trainers.confusions import Confusion
from bot.trainers.figures import ALL, Evaluation, Figures, Score
from bot.trainers.gate import Comparison, Loss
from bot.trainers.measures import MEASURES, Share

_CONFUSIONS, _SENTENCES = 10, 2
_WEAKEST = 12
Row = Sequence[str]


def report(
    evaluation: Evaluation,
    curves: Mapping[str, Sequence[Tenth]],
    confused: Sequence[Confusion],
    gate: Sequence[str],
    both: Comparison | None,
) -> str:
    """All figures, with what the gate says first."""
    parts = [
        "# Evaluation",
        "\n".join(gate),
        "## Measures, on tests/nlu",
        _table(_measure_rows(evaluation.held_out, both)),
        "## Languages",
        _table(_language_rows(evaluation)),
        "## Registers, on tests/nlu",
        _table(_score_rows(evaluation.held_out[ALL].registers)),
        "![Registers](registers.svg)",
        *_topics(evaluation),
        "## Confusions, on tests/nlu",
        "\n".join(top_confusions(confused)),
        "All of them are in [confusions.md](confusions.md), every message in [messages.csv](messages.csv).",
        "## Confidence",
        *_reliability(evaluation, curves),
    ]
    return "\n\n".join(parts) + "\n"


def gist(evaluation: Evaluation) -> Iterator[str]:
    """The figures that fit on a screen."""
    for name, found in (("tests/nlu", evaluation.held_out), ("cross-validation", evaluation.crossed)):
        for language, figures in found.items():
            told = f"accuracy {figures.accuracy:.3f}, macro-F1 {figures.macro_f1:.3f}"
            sure = f"calibration error {figures.calibration_error or 0:.3f}"
            yield f"{name:17}{language:4}{figures.messages:6} messages: {told}, {sure}"


def verdict(losses: Sequence[Loss], both: Comparison | None) -> list[str]:
    """What the gate says, in plain words, with the messages that newly went wrong."""
    if both is None:
        return ["There is no accepted evaluation to compare with yet: `make accept` makes this one it."]
    compared = f"compared with the accepted release on the {len(both.now)} messages that both saw"
    if not losses:
        return [f"This release loses nothing, {compared}."]
    lines = [f"This release is refused, {compared}:", ""]
    for loss in losses:
        lines.append(f"- {loss.words}")
        lines += [f"  - now {result.decision}: {_short(row.text)}" for row, result in loss.pairs]
    return lines


def top_confusions(confused: Sequence[Confusion]) -> Iterator[str]:
    """The commonest confusions with a sentence or two."""
    for confusion in confused[:_CONFUSIONS]:
        yield f"- {len(confusion.messages)} × {confusion.truth} taken for {confusion.guess}"
        for message in confusion.messages[:_SENTENCES]:
            yield f"  - {message.place}: {_short(message.text)}"


def _measure_rows(figures: Mapping[str, Figures], both: Comparison | None) -> Iterator[Row]:
    languages = list(figures)
    yield ("", *languages, *(("accepted", "of the same now") if both else ()))
    for measure in MEASURES:
        if measure.key not in figures[ALL].measures:
            continue
        shares = [_share(figures[language].measures.get(measure.key)) for language in languages]
        then = [_share(measure.of(both.then)), _share(measure.of(both.now))] if both else []
        yield (f"{measure.name}{' *' if measure.safety else ''}", *shares, *then)


def _language_rows(evaluation: Evaluation) -> Iterator[Row]:
    yield ("", "messages", "accuracy", "macro-F1", "examples", "cross-validated macro-F1")
    for language, figures in evaluation.held_out.items():
        crossed = evaluation.crossed.get(language)
        learnt = (str(crossed.messages), f"{crossed.macro_f1:.3f}") if crossed else ("", "")
        yield language, str(figures.messages), f"{figures.accuracy:.3f}", f"{figures.macro_f1:.3f}", *learnt


def _score_rows(scores: Mapping[str, Score]) -> Iterator[Row]:
    yield "", "recall", "F1", "messages"
    for name, score in scores.items():
        yield name, f"{score.recall:.3f}", f"{score.f1:.3f}", str(score.of)


def _topics(evaluation: Evaluation) -> Iterator[str]:
    """Topics on tests/nlu, and the intents that cross-validation finds worst."""
    kinds = evaluation.held_out[ALL].kinds
    topics = {name: score for name, score in kinds.items() if name.startswith("question_")}
    yield "## Topics, on tests/nlu, the weakest first"
    yield _table(_score_rows(_weakest(topics)))
    if evaluation.crossed:
        figures = evaluation.crossed[ALL]
        yield f"## Cross-validation of {figures.messages} examples: the {_WEAKEST} weakest intents"
        yield _table(list(_score_rows(_weakest(figures.kinds)))[: _WEAKEST + 1])
        yield "![Intents](intents.svg)"


def _weakest(scores: Mapping[str, Score]) -> dict[str, Score]:
    return dict(sorted(scores.items(), key=lambda entry: entry[1].f1))


def _reliability(evaluation: Evaluation, curves: Mapping[str, Sequence[Tenth]]) -> Iterator[str]:
    for name, curve in curves.items():
        figures = evaluation.held_out if name == "tests/nlu" else evaluation.crossed
        yield f"On {name}: expected calibration error {figures[ALL].calibration_error or 0:.3f}"
        rows = [(f"{it.confidence:.2f}", f"{it.right:.2f}", str(it.count)) for it in curve]
        yield _table([("confidence", "right", "messages"), *rows])
    yield "![Reliability](reliability.svg)"


def _table(rows: Iterator[Row] | Sequence[Row]) -> str:
    head, *body = rows
    lines = [head, ["---", *("---:" for _ in head[1:])], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share(share: Share | None) -> str:
    return f"{share.value:.1%} ({share.count} of {share.of})" if share and share.of else "–"


def _short(text: str, longest: int = 110) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
