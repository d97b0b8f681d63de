"""Two classifiers, one after the other: the kind of a message, then its topic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import skops.io  # type: ignore[import-untyped] # ships no types
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression

_TOPICS = "question_"
_FEWEST = 2

Shares = dict[str, float]
# Makes a classifier of scikit-learn that has yet to learn these labels.
Maker = Callable[[Any], ClassifierMixin]


class Steps:
    """The probability of a topic is that of questions times that of the topic among them.

    All intents `question_*` are one kind, so that forty topics do not split the belief that a
    message is a question. Without topics there is only the first step.
    """

    def __init__(self, kinds: ClassifierMixin, topics: ClassifierMixin | None) -> None:
        self._kinds = kinds
        self._topics = topics

    @classmethod
    def fit(cls, features: Any, intents: list[str], *, kinds: Maker, topics: Maker) -> Steps:
        """Learn both steps with the classifiers that are made for their labels."""
        names = np.array(intents)
        is_topic = np.char.startswith(names, _TOPICS)
        if len(set(names[is_topic])) < _FEWEST or is_topic.all():
            return cls(kinds(names).fit(features, names), None)
        firsts = np.where(is_topic, _TOPICS, names)
        names = names[is_topic]
        return cls(kinds(firsts).fit(features, firsts), topics(names).fit(features[is_topic], names))

    @classmethod
    def load(cls, file: Path) -> Steps:
        """Read what `save` wrote."""
        trained = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
        return cls(*(_quick(trained[step]) for step in ("kinds", "topics")))

    def save(self, file: Path) -> None:
        """Write both steps."""
        skops.io.dump({"kinds": self._kinds, "topics": self._topics}, file)

    def shares(self, features: Any) -> list[Shares]:
        """For each row of features, the probability of every intent."""
        kinds = _shares(self._kinds, features)
        if self._topics is None:
            return kinds
        return [_joined(*both) for both in zip(kinds, _shares(self._topics, features), strict=True)]


def ranked(shares: Shares) -> list[dict[str, Any]]:
    """The intents as Rasa ranks them, the likeliest first."""
    best_first = sorted(shares.items(), key=lambda share: -share[1])
    return [{"name": name, "confidence": share} for name, share in best_first]


def softened(labels: Any) -> dict[str, float]:
    """Weights halfway to balance: full balance overrates the rare labels, none forgets them."""
    names, counts = np.unique(labels, return_counts=True)
    return {str(name): float(np.sqrt(counts.max() / n)) for name, n in zip(names, counts, strict=True)}


def _quick(model: Any) -> Any:
    """Weights laid out as SciPy multiplies them; else it copies them all for every message."""
    if isinstance(model, LogisticRegression):
        model.coef_ = np.asfortranarray(model.coef_)
    return model


def _shares(model: Any, features: Any) -> list[Shares]:
    names = [str(name) for name in model.classes_]
    return [dict(zip(names, map(float, row), strict=True)) for row in model.predict_proba(features)]


def _joined(kinds: Shares, topics: Shares) -> Shares:
    """One distribution over all intents."""
    others = {name: share for name, share in kinds.items() if name != _TOPICS}
    return {**others, **{name: share * kinds[_TOPICS] for name, share in topics.items()}}
