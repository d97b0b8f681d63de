"""The classifier: what kind of message it is, and of a question, which topic."""

from __future__ import annotations

from typing import Any

import numpy as np
import skops.io  # type: ignore[import-untyped] # ships no types
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

_FILE = "classifier.skops"
_TOPICS = "question_"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TwoSteps(LogisticRegressionClassifier):
    """Two logistic regressions: the kind of a message, then the topic of a question.

    All intents `question_*` are one kind. The probability of a topic is that of the kind times
    that of the topic among questions, so that forty topics do not split the belief that a
    message is a question. Without topics there is only the first step.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`kinds` and `topics` are the inverse regularisation strengths of the two steps."""
        inherited = LogisticRegressionClassifier.get_default_config()
        return {**inherited, "kinds": 30.0, "topics": 300.0, "max_iter": 300, "ranking_length": 0}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self._kinds: LogisticRegression = self._regression("kinds")
        self._topics: LogisticRegression | None = None

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TwoSteps:
        """Build the component as it was trained."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            file = directory / _FILE
            trained = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
        component._kinds, component._topics = trained["kinds"], trained["topics"]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn both steps."""
        features, labels = self._create_training_matrix(training_data)
        intents = np.array(labels)
        is_topic = np.char.startswith(intents, _TOPICS)
        two_steps = len(set(intents[is_topic])) > 1 and not is_topic.all()
        kinds = np.where(is_topic, _TOPICS, intents) if two_steps else intents
        self._kinds.set_params(class_weight=_softened(kinds)).fit(features, kinds)
        if two_steps:
            self._topics = self._regression("topics").fit(features[is_topic], intents[is_topic])
        self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank all intents for each message."""
        for message, guesses in zip(messages, self._guesses(messages), strict=True):
            ranking = sorted(guesses.items(), key=lambda guess: -guess[1])
            named = [{"name": name, "confidence": float(share)} for name, share in ranking]
            message.set("intent", named[0], add_to_output=True)
            message.set("intent_ranking", named, add_to_output=True)
        return messages

    def persist(self) -> None:
        """Write both steps into the model."""
        with self._model_storage.write_to(self._resource) as directory:
            skops.io.dump({"kinds": self._kinds, "topics": self._topics}, directory / _FILE)

    def _regression(self, step: str) -> LogisticRegression:
        return LogisticRegression(
            C=self.config[step], max_iter=self.config["max_iter"], random_state=self.config["random_state"]
        )

    def _guesses(self, messages: list[Message]) -> list[dict[str, float]]:
        features = self._create_X(messages)
        kinds = [_shares(self._kinds, row) for row in self._kinds.predict_proba(features)]
        if self._topics is None:
            return kinds
        topics = [_shares(self._topics, row) for row in self._topics.predict_proba(features)]
        return [_joined(kind, topic) for kind, topic in zip(kinds, topics, strict=True)]


def _softened(labels: Any) -> dict[str, float]:
    """Weights halfway to balance: full balance overrates the rare kinds, none forgets them."""
    names, counts = np.unique(labels, return_counts=True)
    return {str(name): float(np.sqrt(counts.max() / n)) for name, n in zip(names, counts, strict=True)}


def _shares(model: LogisticRegression, row: Any) -> dict[str, float]:
    return {str(name): float(share) for name, share in zip(model.classes_, row, strict=True)}


def _joined(kinds: dict[str, float], topics: dict[str, float]) -> dict[str, float]:
    """One distribution over all intents."""
    others = {name: share for name, share in kinds.items() if name != _TOPICS}
    return {**others, **{name: share * kinds[_TOPICS] for name, share in topics.items()}}
