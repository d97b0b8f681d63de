"""Components that find the language of a message and the details it carries."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.language import detect
from bot.nlu.details import details


class _Finder(GraphComponent):
    """What the two components share: they add entities and need no training."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Finder:
        """Build the component as Rasa's graph asks for it."""
        return cls({**cls.get_default_config(), **config})

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message's entities."""
        for message in messages:
            known = message.get(ENTITIES) or []
            message.set(ENTITIES, [*known, *self.find(message)], add_to_output=True)
        return messages

    def find(self, message: Message) -> list[dict[str, Any]]:
        """The entities of one message."""
        raise NotImplementedError


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Language(_Finder):
    """Adds the entity `language` where the text tells it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`languages`: what the brand speaks."""
        return {"languages": ["fr", "en", "es"]}

    def find(self, message: Message) -> list[dict[str, Any]]:
        """One entity, or none where the text does not tell."""
        text = message.get(TEXT) or ""
        found = None if _is_payload(text) else detect(text, self.config["languages"])
        return [_entity("language", found, 0, len(text), "Language")] if found else []


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Details(_Finder):
    """Adds the entities `flight_number` and `booking_reference`."""

    def find(self, message: Message) -> list[dict[str, Any]]:
        """All details of the text."""
        found = details(message.get(TEXT) or "")
        return [_entity(d.name, d.value, d.start, d.end, "Details") for d in found]


def _is_payload(text: str) -> bool:
    """A pressed button sends the name of an intent, which is in no language."""
    return text.startswith("/")


def _entity(name: str, value: str, start: int, end: int, extractor: str) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "extractor": extractor}
