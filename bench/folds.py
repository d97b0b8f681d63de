"""`python -m bench.folds --out FILE`: every training example, read by a model that never saw it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from bench.pipeline import Config, config_of, train
from bot.nlu.reading import reading, split
from bot.trainers.folds import CrossRead
from bot.trainers.material import Example, read_examples


@click.command("bench.folds")
@click.option("--folds", type=click.IntRange(min=2), default=3, show_default=True)
@click.option("--examples", "most", type=click.IntRange(min=0), default=0, help="At most so many; 0: all.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def command(folds: int, most: int, out: Path) -> None:
    """Cross-validate the pipeline of config.yml over data/nlu; write a line of JSON per example."""
    examples = sample(read_examples(Path.cwd()), most)
    with out.open("wb") as file:
        for read in cross_read(config_of(Path("config.yml")), deal(examples, folds)):
            file.write(msgspec.json.encode(read) + b"\n")


def sample(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many examples (0: all), from every intent and language in proportion."""
    count = len(examples)
    kept = min(most or count, count)
    return [it for n, it in enumerate(_grouped(examples)) if n * kept // count != (n - 1) * kept // count]


def deal(examples: Sequence[Example], folds: int) -> list[list[Example]]:
    """Deal examples into folds, those of each intent and language as evenly as can be."""
    dealt: list[list[Example]] = [[] for _ in range(folds)]
    # Each group begins where the last one ended: else the first fold would be the largest.
    for number, example in enumerate(_grouped(examples)):
        dealt[number % folds].append(example)
    return dealt


def _grouped(examples: Sequence[Example]) -> list[Example]:
    """By intent and language, shuffled within: by a hash of the text, and so the same every time."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in sorted(examples, key=_shuffled):
        groups[example.intent, example.language].append(example)
    return [example for key in sorted(groups) for example in groups[key]]


def cross_read(config: Config, folds: Sequence[Sequence[Example]]) -> Iterator[CrossRead]:
    """Read each fold with a pipeline trained on the others."""
    for number, tested in enumerate(folds, start=1):
        learnt = [it for fold in folds if fold is not tested for it in fold]
        where = f"fold {number} of {len(folds)}"
        click.echo(f"{where}: training on {len(learnt)} examples ...", err=True)
        pipeline = train(config, [(it.text, it.intent) for it in learnt])
        click.echo(
            f"{where}: reading {len(tested)} examples (trained in {pipeline.seconds:.0f} s) ...", err=True
        )
        texts = [it.text for it in tested]
        for example, parsed in zip(tested, pipeline.read_all(texts), strict=True):
            yield _judged(example, parsed)


def _judged(example: Example, parsed: dict[str, object]) -> CrossRead:
    register, topic = split(example.intent)
    return msgspec.convert(
        {
            "text": example.text,
            "intent": example.intent,
            "register": register,
            "topic": topic or "",
            "language": example.language,
            "place": example.place,
            "reading": reading(parsed),
        },
        CrossRead,
    )


def _shuffled(example: Example) -> bytes:
    return hashlib.sha256(example.text.encode()).digest()


if __name__ == "__main__":
    command(prog_name="python -m bench.folds")
