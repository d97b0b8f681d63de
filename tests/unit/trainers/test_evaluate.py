"""Judged messages through the rules, with the assistant's twin."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.assistant.scripted import Scripted, understood
from bot.brand import Brand
from bot.errors import AssistantFailed, EvaluationError
from bot.trainers.evaluate import Judge, evaluate
from tests.fakes.example import GUARD


@pytest.fixture
def assistant() -> Scripted:
    return Scripted(
        {
            "chat": understood("question_pet", "question", "Jusqu’à 8 kg.", topic="pet", language="fr"),
            "late": understood("complaint", "complaint", "I am sorry.", language="en"),
            "thanks": understood("thanks", "thanks", "Thank you!", language="en"),
        }
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "judged.csv"
    file.write_text(
        "text,language,register,answerable,surface\n"
        "mon chat ?,fr,question,1,private\nlate again,en,complaint,,public\n"
        "thanks,en,thanks,,\n???,en,other,,\n",
        encoding="utf8",
    )
    return file


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf8", newline="") as lines:
        return list(csv.DictReader(lines))


async def test_every_row_gets_its_columns_in_order(
    source: Path, tmp_path: Path, assistant: Scripted, brand: Brand
) -> None:
    out = tmp_path / "out.csv"
    await evaluate(source, out, judge=Judge(assistant, brand, GUARD))
    rows = read(out)
    assert ",".join(rows[0]) == "text,language,register,confidence,topic,decision,team,priority,reply"
    assert [row["text"] for row in rows] == ["mon chat ?", "late again", "thanks", "???"]
    assert [row["decision"] for row in rows] == ["answer", "hand_over", "thank", "clarify"]


async def test_replies_are_what_the_customer_would_read(
    source: Path, tmp_path: Path, assistant: Scripted, brand: Brand
) -> None:
    out = tmp_path / "out.csv"
    await evaluate(source, out, judge=Judge(assistant, brand, GUARD))
    answer, handover, _, unsure = (row["reply"] for row in read(out))
    assert answer == "Jusqu’à 8 kg."
    assert handover.startswith("I am sorry. ")
    assert brand.texts.continue_in_private_without_link["en"] in handover
    assert unsure == brand.texts.clarify[brand.languages[0]]


async def test_each_row_is_a_conversation_of_its_own(source: Path, assistant: Scripted, brand: Brand) -> None:
    await evaluate(source, None, judge=Judge(assistant, brand, GUARD))
    await evaluate(source, None, judge=Judge(assistant, brand, GUARD))
    assert len({turn.conversation for turn in assistant.asked}) == 8


async def test_the_report_and_the_progress_tell_of_every_row(
    source: Path, assistant: Scripted, brand: Brand
) -> None:
    told: list[tuple[int, int]] = []
    text = await evaluate(
        source,
        None,
        judge=Judge(assistant, brand, GUARD),
        progress=lambda done, total: told.append((done, total)),
    )
    assert "accuracy 1.000" in text
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_a_failing_assistant_ends_the_evaluation(
    source: Path, assistant: Scripted, brand: Brand
) -> None:
    assistant.failing = AssistantFailed("broken")
    with pytest.raises(AssistantFailed):
        await evaluate(source, None, judge=Judge(assistant, brand, GUARD))


async def test_results_that_cannot_be_written_are_said_so(
    source: Path, tmp_path: Path, assistant: Scripted, brand: Brand
) -> None:
    with pytest.raises(EvaluationError, match="No such file or directory"):
        await evaluate(source, tmp_path / "nowhere" / "out.csv", judge=Judge(assistant, brand, GUARD))
