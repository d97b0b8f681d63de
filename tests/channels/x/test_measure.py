"""Texts are measured as X does."""

from __future__ import annotations

import pytest

from bot.channels.render import fit
from bot.channels.x import X
from bot.channels.x.measure import as_written, harmless, weight, weight_as_sent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello", 5),
        ("é" * 10, 10),
        ("e\u0301", 1),
        ("’“”–", 4),
        ("日本語", 6),
        ("😀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇫🇷", 2),
        ("1️⃣", 2),
        ("https://a.example", 23),
        ("see https://www.nimbea.example/a/very/long/way/to/somewhere?really=yes now", 31),
        ("nimbea.example/bag", 23),
        ("a@b.example", 11),
        ("€", 2),
    ],
)
def test_weight(text: str, expected: int) -> None:
    assert weight(text) == expected


def test_text_mentions_nobody_and_weighs_a_little_more() -> None:
    words = "ask @bob, a@b.example or https://x.com/@bob"
    assert harmless(words) == "ask @\u200bbob, a@b.example or https://x.com/@bob"
    assert as_written(harmless(words)) == words
    assert weight_as_sent(words) == weight(words) + 1


def test_text_is_cut_to_280_in_public_and_left_whole_in_private() -> None:
    text = "One sentence of about forty characters. " * 20
    pieces = fit(text, X.features)
    assert len(pieces) > 1
    assert all(weight(piece) <= 280 for piece in pieces)
    assert len(fit(text, X.features, "private")) == 1
