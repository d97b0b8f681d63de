"""Tab-separated files of messages and their labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.errors import EvaluationError

_TEXT = frozenset({"text", "utterance", "sentence", "query", "message"})
_LABEL = frozenset({"label", "intent", "category", "class"})

Row = tuple[str, str]


def read_rows(file: Path) -> list[Row]:
    """The pairs of text and label; a first line that names the columns is left out.

    Raises `EvaluationError` naming the line that is wrong.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{file}: {error}") from error
    rows = list(_rows(lines, file))
    if rows and _names_columns(*rows[0]):
        del rows[0]
    if not rows:
        raise EvaluationError(f"{file}: there is no row in it")
    return rows


def _rows(lines: list[str], file: Path) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        text, *labels = (_unquoted(part.strip()) for part in line.split("\t"))
        if not text or not labels or not labels[0]:
            raise EvaluationError(f"{file}:{number}: a text, a tab and a label are expected")
        yield text, labels[0]


def _names_columns(text: str, label: str) -> bool:
    return text.casefold() in _TEXT and label.casefold() in _LABEL


def _unquoted(part: str) -> str:
    """As a spreadsheet writes a text that has quotes in it."""
    is_quoted = len(part) > 1 and part[0] == part[-1] == '"'
    return part[1:-1].replace('""', '"') if is_quoted else part
