from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import EvaluationError
from bot.trainers.judged import held_out, read_judged, with_topics
from tests.unit.trainers.conftest import Project


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "judged.csv"


def test_text_alone_is_enough(file: Path) -> None:
    file.write_text("text\nhello\n", encoding="utf8")
    (row,) = read_judged(file)
    assert (row.text, row.register, row.answerable) == ("hello", "", "")


def test_columns_may_come_in_any_order_and_others_are_left_alone(file: Path) -> None:
    file.write_text("set,register,text\na,thanks,merci\n", encoding="utf8")
    (row,) = read_judged(file)
    assert (row.text, row.register) == ("merci", "thanks")


def test_a_file_of_a_spreadsheet_is_read(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbftext\r\n"two\r\nlines, one text"\r\n')
    assert read_judged(file)[0].text == "two\r\nlines, one text"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "must name a column 'text'"),
        (b"message\nhello\n", "must name a column 'text'"),
        (b"text\n", "no row"),
        (b"text,register\nhello,angry\n", "'register' is 'angry'"),
        (b"text,register\n,thanks\n", "'text' is empty"),
        (b"text,answerable\nhello,yes\n", "'answerable' is 'yes'"),
        (b"text,surface\nhello,open\n", "'surface' is 'open'"),
        (b"text,decision\nhello,shrug\n", "'decision' is 'shrug'"),
        (b"text\nh\xe9llo\n", "UTF-8"),
        (b'text\n"never closed\n', "not a CSV file"),
    ],
)
def test_what_is_wrong_is_said_clearly(file: Path, content: bytes, complaint: str) -> None:
    file.write_bytes(content)
    with pytest.raises(EvaluationError, match=complaint):
        read_judged(file)


def test_the_line_that_is_wrong_is_named(file: Path) -> None:
    file.write_text("text,register\nhello,thanks\nworld,angry\n", encoding="utf8")
    with pytest.raises(EvaluationError, match=r"judged\.csv:3"):
        read_judged(file)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="No such file"):
        read_judged(tmp_path / "nowhere.csv")


def test_rows_know_their_set_and_their_line(file: Path) -> None:
    file.write_text("set,text\nchats,hello\ncalls,hi\n", encoding="utf8")
    assert [(row.part, row.line) for row in read_judged(file)] == [("chats", 2), ("calls", 3)]


def test_topics_of_another_naming_are_left_out(file: Path) -> None:
    file.write_text("text,topic\nmy cat,pet\nmy dog,animals on board\n", encoding="utf8")
    rows = with_topics(read_judged(file), {"pet", "seat"})
    assert [row.topic for row in rows] == ["pet", ""]


def test_held_out_messages_come_by_file(project: Project) -> None:
    (name, rows), *others = held_out(project.root).items()
    assert (name, len(rows), others) == ("en.csv", 1, [])
