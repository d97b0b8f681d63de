"""The answers that trainers write, against what was promised of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

LANGUAGES = ["fr", "en", "es"]
LONGEST = 280


@cache
def answers() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(Path("data/answers").glob("*.yml")):
        found.update(yaml.safe_load(file.read_text(encoding="utf8"))["responses"])
    return found


def intents() -> list[str]:
    domain = yaml.safe_load(Path("domain.yml").read_text(encoding="utf8"))
    return list(domain["intents"])


def spoken(variation: dict[str, Any]) -> str:
    (condition,) = variation["condition"]
    return str(condition["value"])


@pytest.mark.parametrize("name", answers())
def test_an_answer_exists_once_in_every_language(name: str) -> None:
    assert [spoken(variation) for variation in answers()[name]] == LANGUAGES


@pytest.mark.parametrize("name", answers())
def test_an_answer_is_short_and_links_to_the_brand_only(name: str) -> None:
    for variation in answers()[name]:
        assert len(variation["text"]) <= LONGEST
        links = [word for word in variation["text"].split() if word.startswith("http")]
        assert all(link.startswith("https://www.nimbea.example") for link in links)


@pytest.mark.parametrize("name", [name for name in answers() if name.startswith("utter_question_")])
def test_a_topic_has_a_title_for_its_button(name: str) -> None:
    titles = [variation["metadata"]["title"] for variation in answers()[name]]
    assert all(0 < len(title) <= 30 for title in titles)


@pytest.mark.parametrize("intent", intents())
def test_every_intent_has_examples_in_every_language_and_an_answer(intent: str) -> None:
    files = [Path(f"data/nlu/{intent}.{language}.yml") for language in LANGUAGES]
    assert all(file.exists() for file in files)
    assert {f"utter_{intent}", f"utter_hand_over_{intent}"} & set(answers())


@pytest.mark.parametrize("file", sorted(Path("data/nlu").glob("question_*.yml")), ids=lambda file: file.stem)
def test_a_topic_has_enough_examples(file: Path) -> None:
    (block,) = yaml.safe_load(file.read_text(encoding="utf8"))["nlu"]
    assert file.name.startswith(f"{block['intent']}.")
    assert len(block["examples"].strip().splitlines()) >= 12
