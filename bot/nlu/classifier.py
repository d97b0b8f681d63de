"""The first reading: what a message is, by its words and their letters."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped] # ships no types
from sklearn.linear_model import LogisticRegression

from bot.nlu.steps import Steps, ranked, softened

_FILE = "words.skops"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TwoSteps(LogisticRegressionClassifier):
    """Rasa's logistic regression over the featurizers before it, in two steps (`Steps`)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`kinds` and `topics` are the inverse regularisation strengths of the two steps."""
        inherited = LogisticRegressionClassifier.get_default_config()
        return {**inherited, "kinds": 10.0, "topics": 100.0, "max_iter": 60}

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(config, name, model_storage, resource)
        self._steps: Steps | None = None

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
            component._steps = Steps.load(directory / _FILE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn both steps."""
        features, intents = self._create_training_matrix(training_data)
        self._steps = Steps.fit(
            features,
            intents,
            kinds=lambda labels: self._regression("kinds", softened(labels)),
            topics=lambda _: self._regression("topics", None),
        )
        with self._model_storage.write_to(self._resource) as directory:
            self._steps.save(directory / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank all intents for each message."""
        if self._steps is None:
            raise RuntimeError("the classifier was neither trained nor loaded")
        for message, shares in zip(messages, self._steps.shares(self._create_X(messages)), strict=True):
            ranking = ranked(shares)
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _create_X(self, messages: list[Message]) -> csr_matrix:  # noqa: N802 - Rasa's name
        """The sparse sentence features; Rasa's own joins them message by message, which takes longer."""
        features = [message.get_sparse_features(TEXT)[1] for message in messages]
        return vstack([found.features for found in features], format="csr")

    def _regression(self, step: str, weights: dict[str, float] | None) -> LogisticRegression:
        return LogisticRegression(
            C=self.config[step],
            max_iter=self.config["max_iter"],
            class_weight=weights,
            random_state=self.config["random_state"],
        )
