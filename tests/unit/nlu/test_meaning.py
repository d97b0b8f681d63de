"""The second reading, with an embedder that a reader can follow."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa and its libraries warn of themselves on import
    pytest.importorskip("rasa")
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from bot.nlu.meaning import Meaning

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

ANIMALS, ANGER = ("cat", "dog", "gato"), ("worst", "never", "awful")
EXAMPLES = {"question_pet": ANIMALS, "complaint": ANGER}


class Animals:
    """Embeds whether a text is about an animal."""

    def embed(self, texts: Sequence[str]) -> Any:
        return np.array([[1.0, 0.0] if text in ANIMALS else [0.0, 1.0] for text in texts])


@pytest.fixture
def meaning(tmp_path: Path) -> Meaning:
    """Trained, and loaded anew."""
    own = {"embedder": f"{__name__}.Animals", "human_intents": ["problem", "crisis"]}
    config = {**Meaning.get_default_config(), **own}
    arguments = (config, LocalModelStorage(tmp_path), Resource("it"), _context())
    messages = [Message({"text": text, "intent": name}) for name, texts in EXAMPLES.items() for text in texts]
    Meaning.create(*arguments).train(TrainingData(messages))
    return Meaning.load(*arguments)


def _context() -> Any:
    return ExecutionContext(GraphSchema({}), node_name="node")


def read(meaning: Meaning, text: str, **said: float) -> Message:
    """A message that the first reading ranked so, read again."""
    ranking = [{"name": name, "confidence": share} for name, share in said.items()]
    (message,) = meaning.process([Message({"text": text, "intent_ranking": ranking, "intent": ranking[0]})])
    return message


def test_a_message_in_doubt_is_ranked_again_by_what_it_means(meaning: Meaning) -> None:
    ranking = read(meaning, "cat", complaint=0.6, question_pet=0.4).get("intent_ranking")
    assert [guess["name"] for guess in ranking] == ["question_pet", "complaint"]
    assert sum(guess["confidence"] for guess in ranking) == pytest.approx(1)


def test_a_message_whose_words_are_plain_is_left_alone(meaning: Meaning) -> None:
    message = read(meaning, "cat", complaint=0.96, question_pet=0.04)
    assert message.get("intent") == {"name": "complaint", "confidence": 0.96}


def test_what_is_likely_for_humans_is_not_read_twice(meaning: Meaning) -> None:
    message = read(meaning, "cat", problem=0.4, question_pet=0.35, crisis=0.25)
    assert message.get("intent") == {"name": "problem", "confidence": 0.4}
    unlikely = read(meaning, "cat", problem=0.4, question_pet=0.4, crisis=0.15)
    assert unlikely.get("intent")["name"] == "question_pet"


def test_both_readings_count(meaning: Meaning) -> None:
    torn = read(meaning, "cat", complaint=0.9, question_pet=0.1).get("intent")
    agreed = read(meaning, "cat", question_pet=0.9, complaint=0.1).get("intent")
    assert agreed["confidence"] > torn["confidence"]


def test_an_intent_that_the_second_reading_does_not_know_is_no_error(meaning: Meaning) -> None:
    ranking = read(meaning, "cat", stop=0.5, question_pet=0.5).get("intent_ranking")
    assert ranking[0]["name"] == "question_pet"
