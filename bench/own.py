"""`python -m bench.own --out FOLDER`: the product's examples and held-out messages for `bench.nlu`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from bench.tables import Row
from bot.nlu.reading import split
from bot.trainers.judged import read_judged
from bot.trainers.material import read_examples


@click.command("bench.own")
@click.option("--language", help="Of this language only: fr, en or es.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def command(language: str | None, out: Path) -> None:
    """Write train.tsv (data/nlu) and test.tsv (tests/nlu), labelled by register and topic."""
    out.mkdir(parents=True, exist_ok=True)
    examples = [it for it in read_examples(Path.cwd()) if language in (None, it.language)]
    _write(out / "train.tsv", ((it.text, _label(*split(it.intent))) for it in examples))
    files = sorted(Path("tests/nlu").glob(f"{language or '*'}.csv"))
    held_out = [row for file in files for row in read_judged(file)]
    _write(out / "test.tsv", ((it.text, _label(it.register, it.topic)) for it in held_out))


def _label(register: str, topic: str | None) -> str:
    """As intents are named, but for those that are no register of their own."""
    return f"question_{topic}" if register == "question" and topic else register


def _write(file: Path, rows: Iterable[Row]) -> None:
    lines = [f"{' '.join(text.split())}\t{label}\n" for text, label in rows]
    file.write_text("".join(lines), encoding="utf8")


if __name__ == "__main__":
    command(prog_name="python -m bench.own")
