"""Other embedders, named in bench/pipelines, to compare with that of config.yml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import spacy

from bot.nlu.embedding import Embedder, Vectors

_FRENCH = "fr_core_news_md"
# Only the words' vectors: no tags, no names.
_NOT_NEEDED = ("morphologizer", "parser", "attribute_ruler", "lemmatizer", "ner")


class Averages:
    """The average of the vectors of a text's words."""

    def __init__(self, model: str) -> None:
        self._model = spacy.load(model, exclude=_NOT_NEEDED)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        return np.vstack([self._model(text).vector for text in texts]).astype(np.float32)


@lru_cache
def spacy_french() -> Embedder:
    """20,000 words of spaCy's French model, 300 numbers each; one for the whole process."""
    return Averages(_FRENCH)
