from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.assistant.scripted import Scripted, understood
from bot.commands import main
from bot.commands.examples import COLUMNS, Understood, summary, trainable, understand, write
from bot.store import said
from bot.trainers.evaluate import Judge
from bot.trainers.judged import read_judged
from tests.fakes.example import GUARD
from tests.fakes.house import House

SCRIPT = {"cabin": understood("question_cabin_bag", "question", "One of 10 kg.", topic="cabin_bag")}
SPOKEN = "I'm Marie Dupont, 12 rue des Lilas, 69003 Lyon, card 4111 1111 1111 1111: my cabin bag?"


@pytest.fixture
def house(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    # The files that the House reads stand at the root of the repository.
    monkeypatch.chdir(Path(__file__).parents[3])
    built = House(tmp_path, SCRIPT)
    monkeypatch.setenv("DATABASE_URL", str(built.store.engine.url))
    yield built
    built.store.close()


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.timeout(90)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what spaCy imports
async def test_examples_are_written_without_personal_details(house: House, tmp_path: Path) -> None:
    await house.says(SPOKEN)
    await house.works()
    out = tmp_path / "examples.csv"
    result = CliRunner().invoke(main, ["examples", str(out), "--days", "3650", "--quick"])
    assert result.exit_code == 0, result.output
    [row] = rows(out)
    assert row["text"] == "I'm <name>, <address>, card <card>: my cabin bag?"
    assert row["replied"] == "answer"
    assert "1 messages of the last 3650 days. Masked: name 1, address 1, card 1." in result.output
    assert "Marie" not in result.output
    # Its owner alone reads it, and `evaluate` does.
    assert out.stat().st_mode & 0o077 == 0
    assert read_judged(out)[0].surface == "private"


async def test_the_assistant_of_today_says_what_it_makes_of_a_message(house: House) -> None:
    await house.says("/cabin bag?")
    messages = house.store.run_now(said.since, house.clock())
    assistant = Scripted(SCRIPT)
    assert await understand(messages, Judge(assistant, house.brand, GUARD)) == [
        Understood(language="", register="question", topic="cabin_bag", decision="answer", confidence="0.95")
    ]
    # What is typed is no order to the assistant.
    assert assistant.asked[0].text == "cabin bag?"


async def test_content_that_must_not_teach_is_left_out_and_counted(house: House) -> None:
    await house.says("cabin bag?")
    await house.says("cabin bag in public?", surface="public")
    house.behaves("public", training=False)
    messages = house.store.run_now(said.since, house.clock())
    kept, left_out = trainable(messages, house.brand)
    assert ([one.text for one in kept], left_out) == (["cabin bag?"], 1)
    assert "1 left out" in summary([], 30, left_out)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", " =1", "\n@x", "＝1"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    out = tmp_path / "out.csv"
    write(out, [dict.fromkeys(COLUMNS, text)])
    assert set(rows(out)[0].values()) == {f"'{text}"}


def test_a_file_that_cannot_be_written_is_said(house: House, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["examples", str(tmp_path / "none" / "out.csv"), "--quick"])
    assert result.exit_code == 1
    assert "No such file" in result.output
