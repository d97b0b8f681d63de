from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot import messages
from bot.nlu.reading import reading, split


def parsed(*ranking: tuple[str, float], top: str | None = None, **more: Any) -> dict[str, Any]:
    guesses = [{"name": name, "confidence": share} for name, share in ranking]
    first = {"name": top, "confidence": 0.35} if top else guesses[0]
    return {"intent": first, "intent_ranking": [first, *guesses] if top else guesses, "entities": [], **more}


@pytest.mark.parametrize(
    ("intent", "register", "topic"),
    [
        ("complaint", "complaint", None),
        ("question_cabin_bag", "question", "cabin_bag"),
        ("campaign_echo", "campaign_echo", None),
        ("ask_human", "other", None),
        ("questionnaire", "other", None),
    ],
)
def test_an_intent_carries_its_register_and_topic(intent: str, register: str, topic: str | None) -> None:
    assert split(intent) == (register, topic)


def test_registers_sum_the_shares_of_their_intents() -> None:
    read = reading(parsed(("question_pet", 0.5), ("question_seat", 0.2), ("complaint", 0.3)))
    assert read["registers"] == {"question": 0.7, "complaint": 0.3}


def test_ranking_holds_the_best_three() -> None:
    read = reading(parsed(("a", 0.4), ("b", 0.3), ("c", 0.2), ("d", 0.1)))
    assert [guess["intent"] for guess in read["ranking"]] == ["a", "b", "c"]


def test_not_understood_keeps_the_register_of_the_best_guess() -> None:
    read = reading(parsed(("question_pet", 0.3), ("complaint", 0.2), top="nlu_fallback"))
    assert (read["intent"], read["register"], read["topic"]) == ("nlu_fallback", "question", "pet")
    assert "nlu_fallback" not in [guess["intent"] for guess in read["ranking"]]


def test_language_is_told_apart_from_other_details() -> None:
    entities = [{"entity": "language", "value": "fr"}, {"entity": "flight_number", "value": "NB204"}]
    read = reading(parsed(("greet", 1.0), entities=entities))
    assert read["language"] == "fr"
    assert read["entities"] == [{"name": "flight_number", "value": "NB204"}]


def test_the_gateway_can_take_a_reading() -> None:
    read = reading(parsed(("question_pet", 0.9)))
    assert msgspec.convert(read, messages.Reading).topic == "pet"
