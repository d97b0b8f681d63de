from __future__ import annotations

import pytest

from bot.guard.words import clean, split


def words(text: str, *signs: str) -> list[str]:
    return [word.text for word in split(clean(text), signs)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fumée ÉPAISSE", ["fumee", "epaisse"]),
        ("j’ai vu l'avocat", ["j", "ai", "vu", "l", "avocat"]),
        ("I don't, she's, we’re", ["i", "dont", "shes", "were"]),
        ("my father's ashes", ["my", "father", "ashes"]),
        ("ma sœur", ["ma", "soeur"]),
        ("#NeverAgain #boycott", ["never", "again", "boycott"]),
        ("8yo, 94ans", ["8", "yo", "94", "ans"]),
        ("in-law", ["in", "law"]),
        ("stop... now!!!", ["stop", ".", "now", "."]),
        ("see https://nimbea.example/a?b=c @nimbea me@nimbea.example", ["see"]),
        ("𝐛𝐨𝐦𝐛 ｂｏｍｂ bo\u200bmb", ["bomb", "bomb", "bomb"]),
        ("e\u0301vacue\u0301", ["evacue"]),
        ("", []),
    ],
)
def test_a_text_becomes_plain_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_only_signs_that_patterns_name_are_kept() -> None:
    assert words("bag 🔥🔥 here 💣!", "💣") == ["bag", "here", "💣", "."]


def test_a_word_knows_where_it_was_typed() -> None:
    text = "Oh l’Avocat"
    places = [(word.start, word.end) for word in split(text)]
    assert [text[start:end] for start, end in places] == ["Oh", "l’Avocat", "l’Avocat"]
