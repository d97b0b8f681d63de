"""Messages with a human's judgement, from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import get_args

from msgspec import Struct, structs

from bot.brand.model import Decided
from bot.errors import EvaluationError
from bot.messages import Register, Surface

# What a column may hold; `text`, `language`, `topic` and `set` may hold anything.
_ALLOWED: dict[str, tuple[str, ...]] = {
    "surface": get_args(Surface),
    "register": get_args(Register),
    "decision": get_args(Decided),
    "answerable": ("0", "1"),
    "sensitive": ("0", "1"),
}
_JUDGED = ("language", "surface", "register", "decision", "answerable", "sensitive", "topic", "set")
_HELD_OUT = Path("tests/nlu")


class Judged(Struct, frozen=True, kw_only=True):
    """One row; what was not judged is empty.

    `part` is the column `set`, the part of a collection that it is from; `line` is where it ends.
    """

    text: str
    language: str = ""
    surface: str = ""
    register: str = ""
    decision: str = ""
    answerable: str = ""
    sensitive: str = ""
    topic: str = ""
    part: str = ""
    line: int = 0


def held_out(root: Path) -> dict[str, list[Judged]]:
    """The messages of tests/nlu, that nothing is trained on, by file name."""
    return {file.name: read_judged(file) for file in sorted((root / _HELD_OUT).glob("*.csv"))}


def read_judged(file: Path) -> list[Judged]:
    """The rows of a CSV file; raise `EvaluationError` naming line and column that are wrong."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return _rows(csv.DictReader(lines, strict=True), file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{file}: not a CSV file in UTF-8: {error}") from error
    except OSError as error:
        raise EvaluationError(f"{file}: {error.strerror}") from error


def with_topics(rows: Sequence[Judged], topics: Collection[str]) -> list[Judged]:
    """The rows with their topics as far as they are among `topics`: another naming tells nothing."""
    return [row if row.topic in topics else structs.replace(row, topic="") for row in rows]


def _rows(reader: csv.DictReader[str], file: Path) -> list[Judged]:
    if "text" not in (reader.fieldnames or ()):
        raise EvaluationError(f"{file}: the first line must name a column 'text'")
    rows = [_row(values, file, reader.line_num) for values in reader]
    if not rows:
        raise EvaluationError(f"{file}: there is no row below the first line")
    return rows


def _row(values: dict[str, str | None], file: Path, line: int) -> Judged:
    place = f"{file}:{line}"
    text = (values.get("text") or "").strip()
    if not text:
        raise EvaluationError(f"{place}: 'text' is empty")
    judged = {name: (values.get(name) or "").strip() for name in _JUDGED}
    for name, allowed in _ALLOWED.items():
        if judged[name] and judged[name] not in allowed:
            raise EvaluationError(f"{place}: {name!r} is {judged[name]!r}, not one of {', '.join(allowed)}")
    return Judged(text=text, part=judged.pop("set"), line=line, **judged)
