from __future__ import annotations

from pathlib import Path

import pytest

from bench.tables import read_rows
from bot.errors import EvaluationError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.tsv"


def test_a_line_is_a_text_and_a_label(file: Path) -> None:
    file.write_text("where is my card?\tCard Arrival\n\nlost it\tquestion_lost\textra\n", encoding="utf8")
    assert read_rows(file) == [("where is my card?", "Card Arrival"), ("lost it", "question_lost")]


@pytest.mark.parametrize("head", ["text\tlabel", "Utterance\tIntent", '"text"\t"category"'])
def test_a_first_line_that_names_the_columns_is_left_out(file: Path, head: str) -> None:
    file.write_text(f"{head}\nhello\tgreet\n", encoding="utf8")
    assert read_rows(file) == [("hello", "greet")]


def test_quotes_of_a_spreadsheet_are_taken_off_and_others_stay(file: Path) -> None:
    file.write_text('"say ""hi"" now"\ta\n"Hi" she said\tb\n', encoding="utf8")
    assert [text for text, _ in read_rows(file)] == ['say "hi" now', '"Hi" she said']


@pytest.mark.parametrize("line", ["no label here", "\tlabel", "text\t"])
def test_a_line_without_both_is_named(file: Path, line: str) -> None:
    file.write_text(f"hello\tgreet\n{line}\n", encoding="utf8")
    with pytest.raises(EvaluationError, match=r"table\.tsv:2: a text, a tab and a label"):
        read_rows(file)


def test_a_file_without_rows_is_said_so(file: Path) -> None:
    file.write_text("text\tlabel\n", encoding="utf8")
    with pytest.raises(EvaluationError, match="no row"):
        read_rows(file)
