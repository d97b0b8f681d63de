"""`python -m bench.nlu --train TRAIN.tsv --test TEST.tsv`: the pipeline on any labelled messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click

from bench.pipeline import Config, Examples, config_of
from bench.report import Measured, report
from bench.tables import Row, read_rows
from bench.worker import Hired, Worker
from bot.errors import RelaisError

# The plain sparse pipeline of Rasa that others are measured against.
BASELINE: Config = {
    "recipe": "default.v1",
    "assistant_id": "baseline",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "LogisticRegressionClassifier"},
        {"name": "FallbackClassifier", "threshold": 0.3},
    ],
}
# Pipelines take turns at so many messages: what else the machine does slows both alike.
_TURN = 10
_WARMING_UP = 5


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("bench.nlu")
@click.option("--train", "train_file", type=_FILE, required=True, help="Text, tab, label in each line.")
@click.option("--test", "test_file", type=_FILE, required=True, help="The same, to measure with.")
@click.option("--oos", metavar="LABEL", help="The label of messages out of scope, trained with or not.")
@click.option("--config", type=_FILE, default="config.yml", show_default=True, help="Whose pipeline.")
@click.option(
    "--timed",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="How many messages are timed one by one.",
)
@click.option("--named", is_flag=True, help="Labels keep their names: question_* are topics of one kind.")
@click.option("--baseline/--no-baseline", default=True, help="Measure the plain sparse pipeline as well.")
def command(
    train_file: Path,
    test_file: Path,
    oos: str | None,
    config: Path,
    timed: int,
    named: bool,
    baseline: bool,
) -> None:
    """Train the pipeline of config.yml on TRAIN, without policies, and measure it on TEST.

    With --oos a message counts as out of scope where the pipeline says this label or is unsure
    (nlu_fallback); without it the best guess counts, however weak. Time and memory are measured
    for each pipeline in a process of its own; for one core put OMP_NUM_THREADS=1 taskset -c 0
    before the command.
    """
    configs = {"config.yml": config_of(config)} | ({"baseline": BASELINE} if baseline else {})
    try:
        test = read_rows(test_file)
        measured = run(configs, read_rows(train_file), test, timed=timed, named=named)
        click.echo(report(measured, [label for _, label in test], oos))
    except RelaisError as error:
        raise click.ClickException(str(error)) from error


def run(
    configs: dict[str, Config],
    train: Sequence[Row],
    test: Sequence[Row],
    *,
    timed: int,
    named: bool = False,
    hire: Callable[[Config, Examples], Hired] = Worker,
) -> list[Measured]:
    """Train every pipeline, time them by turns, then have each read all of `test`."""
    labels = sorted({label for _, label in train})
    # Names that no component takes for something of the product's.
    names = {label: label if named else f"label_{number}" for number, label in enumerate(labels)}
    examples = [(text, names[label]) for text, label in train]
    with ExitStack() as stack:
        workers: dict[str, Hired] = {}
        for name, config in configs.items():
            click.echo(f"training {name} on {len(train)} messages, {len(labels)} labels ...", err=True)
            workers[name] = stack.enter_context(hire(config, examples))
        click.echo(f"reading {len(test)} messages ...", err=True)
        seconds = _by_turns(workers, _unseen(train, test, timed))
        texts = [text for text, _ in test]
        meant = {name: label for label, name in names.items()}
        return [_measured(name, it, texts, meant, seconds[name]) for name, it in workers.items()]


def _measured(
    name: str, worker: Hired, texts: Sequence[str], meant: Mapping[str, str], seconds: Sequence[float]
) -> Measured:
    guesses = worker.read(texts)
    return Measured(
        name=name,
        best=[meant[guess.intent] for guess in guesses],
        confidence=[guess.confidence for guess in guesses],
        unsure=[guess.is_unsure for guess in guesses],
        milliseconds=1000 * median(seconds),
        training_seconds=worker.seconds,
        megabytes=worker.peak(),
    )


def _by_turns(workers: dict[str, Hired], texts: Sequence[str]) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for worker in workers.values():
        worker.time(["warming up"] * _WARMING_UP)
    for start in range(0, len(texts), _TURN):
        for name, worker in workers.items():
            seconds[name] += worker.time(texts[start : start + _TURN])
    return seconds


def _unseen(train: Sequence[Row], test: Sequence[Row], count: int) -> list[str]:
    """Messages from all over the file, none twice or trained with: a component may remember those."""
    seen = {text for text, _ in train}
    unseen = [text for text in dict.fromkeys(text for text, _ in test) if text not in seen]
    step = max(len(unseen) // max(count, 1), 1)
    return (unseen or [text for text, _ in test])[::step][:count]


if __name__ == "__main__":
    command(prog_name="python -m bench.nlu")
