"""Texts are cut where a reader would, and nothing of them is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Features, Pace
from bot.channels.render import fit, with_buttons_as_text
from bot.messages import Button


def limit(longest: int) -> Features:
    pace = Pace(per_second=1, per_chat_seconds=1, per_group_seconds=1)
    return Features(longest_text=longest, buttons=False, typing=False, idempotent=False, pace=pace)


def test_text_that_fits_stays_whole() -> None:
    assert fit("Two words", limit(9)) == ["Two words"]


def test_blank_text_is_nothing_to_send() -> None:
    assert fit(" \n ", limit(9)) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("First part.\n\nSecond part. It is long.", ["First part.", "Second part.", "It is long."]),
        ("A first line.\nA second one.", ["A first line.", "A second one."]),
        ("One is here. Two is here.", ["One is here.", "Two is here."]),
        ("He said “wait here.” Then left", ["He said “wait here.”", "Then left"]),
        ("several words without an end", ["several words", "without an end"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    ],
)
def test_best_border_is_taken(text: str, pieces: list[str]) -> None:
    assert fit(text, limit(20)) == pieces


def test_border_too_near_the_beginning_is_passed_over() -> None:
    assert fit("Ah.\n\nThis goes on and on", limit(20))[0] == "Ah.\n\nThis goes on"


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "🇫🇷", "👍🏽", "é", "❤️", "1️⃣"])
def test_what_is_seen_as_one_character_stays_whole(whole: str) -> None:
    for padding in range(1, 12):
        pieces = fit("x" * padding + whole * 3, limit(12))
        assert "".join(pieces).count(whole) == 3
        assert sum(piece.count(whole) for piece in pieces) == 3


@given(st.text(alphabet=st.sampled_from("ab .!\n👩‍🇫🇷é\u0301”"), max_size=120), st.integers(1, 30))
def test_nothing_is_lost_and_everything_fits(text: str, longest: int) -> None:
    pieces = fit(text, limit(longest))
    assert all(0 < len(piece) <= longest and piece == piece.strip() for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_buttons_become_a_list_where_there_are_none() -> None:
    buttons = (Button(title="Refund", payload="/a"), Button(title="Seat", payload="/b"))
    assert with_buttons_as_text("Choose:", buttons) == "Choose:\n\n• Refund\n• Seat"


def test_text_without_buttons_stays_as_it_is() -> None:
    assert with_buttons_as_text("Hello", ()) == "Hello"
