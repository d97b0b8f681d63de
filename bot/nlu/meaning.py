"""The second reading: what a message means, where its words leave a doubt."""

from __future__ import annotations

import warnings
from pkgutil import resolve_name
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from bot.nlu.embedding import Embedder, Vectors, gist
from bot.nlu.steps import Shares, Steps, ranked

_STEPS = "meaning.skops"
_CENTRE = "centre.npy"
# No logarithm of nothing.
_LEAST = 1e-12
# How the networks learn: examples a step, rounds over all of them, and decay of the weights.
_BATCH = 128
_FEWEST_ROUNDS = 10
_DECAY = 1e-3


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Meaning(GraphComponent):
    """Reads again by sentence embedding what the classifier before it is not sure of.

    Not what is likely to be for humans, who get it in any case: a second reading would have to
    be very sure of something else to change that, and hardly ever is. Both readings are joined as
    opinions of two experts, each raised to its `weight`. An embedding costs several times the
    rest, so a message whose words are plain goes without.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings.

        `embedder` is the dotted name of a callable that gives an `Embedder`; `words` the most
        that it reads of a message; `sure` the confidence that needs no second reading, and
        `for_humans` the probability that a message is one of `human_intents`, which needs none;
        `weight_of_words` and `weight_of_meaning` the exponents of the two opinions. A
        committee of `members` networks with so many `neurons`, each trained for about so many
        `steps`, tells the kinds; a logistic regression with the inverse strength `topics` the topics.
        """
        return {
            "embedder": "bot.nlu.embedding.nano_e5",
            "words": 15,
            "sure": 0.95,
            "human_intents": [],
            "for_humans": 0.6,
            "weight_of_words": 0.6,
            "weight_of_meaning": 0.6,
            "members": 4,
            "neurons": 256,
            "steps": 1500,
            "topics": 0.65,
            "max_iter": 150,
            "random_state": 42,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._embedder: Embedder = resolve_name(config["embedder"])()
        self._steps: Steps | None = None
        self._centre: Any = 0.0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Meaning:
        """Build the component as Rasa's graph asks for it."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Meaning:
        """Build the component as it was trained."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component._steps = Steps.load(directory / _STEPS)
            component._centre = np.load(directory / _CENTRE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn what the vectors of the examples tell."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        vectors = self._embedded([example.get(TEXT) for example in examples])
        self._centre = vectors.mean(axis=0)
        with warnings.catch_warnings():
            # We end the training early on purpose.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._steps = Steps.fit(
                self._directions(vectors),
                [example.get(INTENT) for example in examples],
                kinds=lambda labels: self._committee(len(labels)),
                topics=lambda _: self._regression(),
            )
        with self._model_storage.write_to(self._resource) as directory:
            self._steps.save(directory / _STEPS)
            np.save(directory / _CENTRE, self._centre)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank again the intents of the messages that leave a doubt."""
        doubtful = [message for message in messages if self._leaves_doubt(message)]
        for message, meant in zip(doubtful, self._meant(doubtful), strict=True):
            said = {guess["name"]: guess["confidence"] for guess in message.get(INTENT_RANKING_KEY)}
            ranking = ranked(self._joined(said, meant))
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _leaves_doubt(self, message: Message) -> bool:
        read = message.get(INTENT_RANKING_KEY)
        if not (message.get(TEXT) and read) or read[0]["confidence"] >= self._config["sure"]:
            return False
        humans = sum(guess["confidence"] for guess in read if guess["name"] in self._config["human_intents"])
        return bool(humans < self._config["for_humans"])

    def _meant(self, messages: list[Message]) -> list[Shares]:
        if self._steps is None:
            raise RuntimeError("the second reading was neither trained nor loaded")
        if not messages:
            return []
        return self._steps.shares(self._directions(self._embedded([m.get(TEXT) for m in messages])))

    def _embedded(self, texts: list[str]) -> Vectors:
        return self._embedder.embed([gist(text, self._config["words"]) for text in texts])

    def _committee(self, examples: int) -> BaggingClassifier:
        """Networks that differ by the weights they begin with: alone each is too sure of itself."""
        rounds = max(_FEWEST_ROUNDS, round(self._config["steps"] * _BATCH / examples))
        network = MLPClassifier(
            (self._config["neurons"],), alpha=_DECAY, batch_size=min(_BATCH, examples), max_iter=rounds
        )
        return BaggingClassifier(
            network,
            n_estimators=self._config["members"],
            bootstrap=False,
            random_state=self._config["random_state"],
        )

    def _regression(self) -> LogisticRegression:
        return LogisticRegression(
            C=self._config["topics"],
            max_iter=self._config["max_iter"],
            random_state=self._config["random_state"],
        )

    def _directions(self, vectors: Vectors) -> Any:
        """Where each points from the middle of all: embeddings crowd in one corner of their space.

        Of a length that gives each coordinate a spread of one, as the networks like it.
        """
        away = vectors - self._centre
        lengths = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), _LEAST)
        return away / lengths * np.sqrt(away.shape[1])

    def _joined(self, said: Shares, meant: Shares) -> Shares:
        words, meaning = self._config["weight_of_words"], self._config["weight_of_meaning"]
        both = {
            name: float(max(share, _LEAST) ** words * max(meant.get(name, 0.0), _LEAST) ** meaning)
            for name, share in said.items()
        }
        total = sum(both.values())
        return {name: share / total for name, share in both.items()}
