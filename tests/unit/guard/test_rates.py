from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.guard import Guard

MESSAGES = Path("tests/guard")
LANGUAGES = ("en", "es", "fr")


def found(guard: Guard, language: str, *, real: bool) -> float:
    """The share of messages that strong patterns find: of crises if `real`, else of look-alikes."""
    with (MESSAGES / f"{language}.csv").open(encoding="utf8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file) if bool(row["kind"]) is real]
    alarms = [guard.combine(guard.inspect(text, language), {"thanks": 1.0}) for text in texts]
    return sum(alarm is not None for alarm in alarms) / len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_crisis_of_the_set_is_found_without_the_classifier(guard: Guard, language: str) -> None:
    assert found(guard, language, real=True) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_few_look_alikes_of_the_set_are_taken_for_a_crisis(guard: Guard, language: str) -> None:
    assert found(guard, language, real=False) <= 0.10
