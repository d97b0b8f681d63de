"""The held-out messages in tests/nlu/: well formed, broad, and apart from the training examples."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.trainers.judged import Judged, read_judged

COLUMNS = ["text", "language", "surface", "register", "decision", "answerable", "sensitive", "topic"]
REGISTERS = {
    "complaint",
    "problem",
    "question",
    "idea",
    "opportunity",
    "thanks",
    "crisis",
    "campaign_echo",
    "other",
}
HUMAN = {"complaint", "problem", "opportunity", "crisis"}
FILES = {language: Path(f"tests/nlu/{language}.csv") for language in ("fr", "en", "es")}
# Rasa marks entities in examples as [text](entity) or [text]{"entity": ...}.
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")

languages = pytest.mark.parametrize("language", FILES)


@languages
def test_columns_are_those_that_evaluate_reads(language: str) -> None:
    with FILES[language].open(encoding="utf8", newline="") as lines:
        rows = list(csv.reader(lines, strict=True))
    assert rows[0] == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}


@languages
def test_every_row_is_judged(language: str) -> None:
    rows = read_judged(FILES[language])
    assert len(rows) >= 300
    assert {row.language for row in rows} == {language}
    assert {row.register for row in rows} == REGISTERS
    assert all(row.surface and row.sensitive for row in rows)


@languages
def test_only_the_state_of_a_flight_is_left_open(language: str) -> None:
    rows = read_judged(FILES[language])
    undecided = {row.topic for row in rows if not row.decision or not row.answerable}
    assert undecided == {"flight_status"}


@languages
def test_judgements_of_a_row_agree(language: str) -> None:
    rows = read_judged(FILES[language])
    assert [row.text for row in rows if not _agrees(row)] == []


@languages
def test_every_topic_is_asked_about_at_least_twice(language: str) -> None:
    asked = Counter(row.topic for row in read_judged(FILES[language]) if row.topic)
    assert set(asked) == _topics()
    assert {topic for topic, count in asked.items() if count < 2} == set()


@pytest.fixture(scope="module")
def trained() -> set[str]:
    return {_folded(example) for example in _examples()}


@languages
def test_no_message_is_a_training_example(language: str, trained: set[str]) -> None:
    assert trained
    assert [row.text for row in read_judged(FILES[language]) if _folded(row.text) in trained] == []


def test_no_message_occurs_twice() -> None:
    texts = Counter(_folded(row.text) for file in FILES.values() for row in read_judged(file))
    assert [text for text, count in texts.items() if count > 1] == []


def _agrees(row: Judged) -> bool:
    """Whether register, topic, care and decision can all be right at once."""
    human = row.register in HUMAN or row.sensitive == "1"
    return (
        (not human or row.decision == "hand_over")
        and (row.register != "crisis" or row.sensitive == "1")
        and (row.answerable == "0" or row.register == "question")
        and bool(row.topic) == (row.answerable != "0")
        and (row.answerable != "1" or row.decision == "answer")
    )


def _topics() -> set[str]:
    intents = yaml.safe_load(Path("domain.yml").read_text(encoding="utf8"))["intents"]
    return {intent.removeprefix("question_") for intent in intents if intent.startswith("question_")}


def _examples() -> list[str]:
    found = []
    for file in sorted(Path("data/nlu").rglob("*.yml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf8")).get("nlu") or []:
            found += [line.strip().removeprefix("- ") for line in entry.get("examples", "").splitlines()]
    return [_ENTITY.sub(r"\1", example) for example in found if example]


def _folded(text: str) -> str:
    """Words alone: neither accents, case, punctuation nor emoji make two messages different.

    A message without a word stays as it is.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))
    return " ".join(words) or text.strip()
