from __future__ import annotations

import pytest

from bot.nlu.wording import plain, words


def counts(text: str) -> list[str]:
    return [word.counts for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Où est MA valise", ["ou", "est", "ma", "valise"]),
        ("@nimbea hello", ["hello"]),
        ("hello @nimbea_uk", ["hello"]),
        ("@anna look", ["@someone", "look"]),
        ("see https://example.com/x?y=1", ["see"]),
        ("write to a.b@example.com", ["write", "to", "email@"]),
        ("nb 204 and NB-88", ["flight@", "and", "flight@"]),
        ("24 h, 55x40", ["number@", "h", "number@", "x", "number@"]),
        ("#NimbeaFail", ["#", "nimbea", "fail"]),
        ("sooooo late!!!!", ["soo", "late", "!!"]),
        ("merci 🙏", ["merci", "🙏"]),
        ("qu'il", ["qu", "il"]),
    ],
)
def test_words_count_as_their_kind(text: str, expected: list[str]) -> None:
    assert counts(text) == expected


def test_words_know_where_they_stand_in_the_text() -> None:
    text = "Hé @nimbea, où ?"
    assert [text[w.start : w.start + len(w.written)] for w in words(text)] == ["Hé", "où", "?"]


@pytest.mark.parametrize("text", ["", "@nimbea", " ", "https://example.com/x"])
def test_a_message_without_words_still_has_one(text: str) -> None:
    assert counts(text) == ["∅"]


def test_plain_takes_accents_and_case_away() -> None:
    assert plain("ÉTÉ à Orléans") == "ete a orleans"
