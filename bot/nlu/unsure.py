"""Says `nlu_fallback` where the best guess is not sure enough for what it would lead to."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.reading import NOT_UNDERSTOOD, split


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Unsure(GraphComponent):
    """Asks more certainty of an answer or a thank-you than of a handover.

    Rasa's own FallbackClassifier has one threshold for all. These are those of brand.yml, so
    that Rasa asks back exactly where the gateway does, with buttons.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The least confidence of any guess, of an answer on a topic, and of thanks."""
        return {"understood": 0.35, "answer": 0.4, "thank": 0.4}

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Unsure:
        """Build the component as Rasa's graph asks for it."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Put `nlu_fallback` before the guesses where the first is too weak."""
        for message in messages:
            best = message.get(INTENT)
            if best and best["confidence"] < self._least(best["name"]):
                unsure = {"name": NOT_UNDERSTOOD, "confidence": best["confidence"]}
                message.set(INTENT, unsure, add_to_output=True)
                ranking = [unsure, *message.get(INTENT_RANKING_KEY, [])]
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _least(self, intent: str) -> float:
        register, topic = split(intent)
        needed = {"thanks": self._config["thank"], "question": self._config["answer"] if topic else 0}
        return float(max(self._config["understood"], needed.get(register, 0)))
