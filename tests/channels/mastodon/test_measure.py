"""How Mastodon counts, and that nobody else is mentioned."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.mastodon import Mastodon
from bot.channels.mastodon.measure import GAP, harmless, weight
from bot.channels.render import fit

# Account::MENTION_RE of Mastodon.
MENTION = re.compile(r"(?<![=/\w])@(([a-z0-9_]+([a-z0-9_.-]+[a-z0-9_]+)?)(?:@[\w.-]+\w+)?)", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("hello", 5),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("👩\u200d👩\u200d👧\u200d👦!", 2),
        ("🇫🇷", 1),
        ("see https://example.org/a/very/long/address?with=query&and=more.", 4 + 23 + 1),
        ("http://a.io", 23),
        ("(https://example.org/)", 25),
        ("example.org/a/very/long/address", 31),
        ("https://nowhere", 15),
        ("@ann@other.example hello", 10),
        ("@ann hello", 10),
        ("care@other.example", 18),
        ("@ann@a.example @bob@b.example", 9),
        ("", 0),
    ],
)
def test_text_is_counted_as_mastodon_does(text: str, counted: int) -> None:
    assert weight(text) == counted


@pytest.mark.parametrize(
    "text", ["write to care@shop.example", "https://m.example/@bob/1", "https://m.example/?u=@bob", "5 @ 3"]
)
def test_what_mentions_nobody_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["@bob", "ask @bob@far.example", "(@bob)", "@a @b", "é @bob."])
def test_names_become_no_mentions(text: str) -> None:
    assert MENTION.search(text)
    assert not MENTION.search(harmless(text))
    assert harmless(text).replace(GAP, "") == text


@given(st.text(alphabet="@ab.=/: -_é"))
def test_no_text_mentions_anybody(text: str) -> None:
    assert not MENTION.search(harmless(text))


def test_text_that_fits_leaves_room_for_the_name() -> None:
    text = "Une réponse très longue. " * 60
    for piece in fit(text, Mastodon.features):
        assert weight(f"@{'a' * 58} {harmless(piece)}") <= 500
