"""Texts are cut where a reader would, and nothing of them is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
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


def test_no_piece_ends_with_white_space_where_no_border_is_good() -> None:
    assert fit("a  a\u0301", limit(4)) == ["a", "a\u0301"]


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


def measured(longest: int, measure: Callable[[str], int]) -> Features:
    return msgspec.structs.replace(limit(longest), measure=measure)


def in_bytes(text: str) -> int:
    return len(text.encode())


def addresses_weigh_less(text: str) -> int:
    """As Mastodon has it: of a remote mention only the name counts, a link is 23 characters long."""
    text = re.sub(r"@(\w+)@\w+\.example", r"@\1", text)
    return len(re.sub(r"https://\S+", "x" * 23, text))


def test_a_text_is_measured_as_the_platform_measures_it() -> None:
    assert fit("é" * 10, measured(20, in_bytes)) == ["é" * 10]
    assert fit("é" * 11, measured(20, in_bytes)) == ["é" * 10, "é"]
    assert fit("Où êtes-vous ? Là-bas.", measured(20, in_bytes)) == ["Où êtes-vous ?", "Là-bas."]
    assert fit("👩‍👩‍👧 👩‍👩‍👧", measured(20, in_bytes)) == ["👩‍👩‍👧", "👩‍👩‍👧"]
    assert fit("@ann@far.away.example and", measured(25, addresses_weigh_less)) != []


@given(
    st.text(alphabet=st.sampled_from("ab .!\n👩‍🇫🇷é\u0301”"), max_size=120)
    | st.lists(st.sampled_from(["@ann@far.example", "https://x.example/a/b/c/d/e/f", "ab", "é."])).map(
        " ".join
    ),
    st.integers(30, 60),
    st.sampled_from([in_bytes, addresses_weigh_less]),
)
def test_nothing_is_lost_and_everything_fits_however_it_is_measured(
    text: str, longest: int, measure: Callable[[str], int]
) -> None:
    pieces = fit(text, measured(longest, measure))
    assert all(piece and measure(piece) <= longest for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_buttons_become_a_list_where_there_are_none() -> None:
    buttons = (Button(title="Refund", payload="/a"), Button(title="Seat", payload="/b"))
    assert with_buttons_as_text("Choose:", buttons) == "Choose:\n\n• Refund\n• Seat"


def test_text_without_buttons_stays_as_it_is() -> None:
    assert with_buttons_as_text("Hello", ()) == "Hello"
