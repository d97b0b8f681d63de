"""The answers of data/answers/, and the buttons of the clarifying question."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

CLARIFY = "utter_clarify"
HUMAN = "ask_human"
TOPICS = 2


class Answers(TemplatedNaturalLanguageGenerator):
    """Answers as Rasa's own generator does, with buttons where the bot asks back."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """One answer in the language of the conversation."""
        answer: dict[str, Any] | None = await super().generate(
            utter_action, tracker, output_channel, **kwargs
        )
        if answer is not None and utter_action == CLARIFY:
            answer["buttons"] = self._buttons(tracker)
        return answer

    def _buttons(self, tracker: DialogueStateTracker) -> list[dict[str, str]]:
        """The likeliest topics, then a human; pressing one sends its intent."""
        ranking = tracker.latest_message.parse_data.get("intent_ranking", [])
        titles = {guess["name"]: self._title(guess["name"], tracker) for guess in ranking}
        topics = [(name, title) for name, title in titles.items() if title][:TOPICS]
        chosen = [*topics, (HUMAN, self._title(HUMAN, tracker) or HUMAN)]
        return [{"title": title, "payload": f"/{name}"} for name, title in chosen]

    def _title(self, intent: str, tracker: DialogueStateTracker) -> str | None:
        """How an answer names its topic: `metadata: {title: ...}` beside its text."""
        variations = self.responses.get(f"utter_{intent}", [])
        language = tracker.get_slot("language")
        spoken = (v for v in variations if _spoken(v) == language)
        return next((v.get("metadata", {}).get("title") for v in spoken), None)


def _spoken(variation: dict[str, Any]) -> str | None:
    conditions = variation.get("condition", [])
    return next((c["value"] for c in conditions if c["name"] == "language"), None)
