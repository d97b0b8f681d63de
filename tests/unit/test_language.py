from __future__ import annotations

import pytest

from bot.language import detect

BRAND = ("fr", "en", "es")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("merci", "fr"),
        ("thanks", "en"),
        ("gracias", "es"),
        ("bonjour", "fr"),
        ("ou est ma valise svp", "fr"),
        ("wher is my bag??", "en"),
        ("donde esta mi maleta", "es"),
        ("@nimbea my flight is late #fail https://example.com/le-vol", "en"),
        ("j'ai raté mon vol 😡", "fr"),
        ("no me llega el correo", "es"),
        ("can I bring paella on board?", "en"),
        ("hay wifi a bordo", "es"),
        ("qu’est-ce qui se passe", "fr"),
    ],
)
def test_language_is_found_in_short_messages(text: str, language: str) -> None:
    assert detect(text, BRAND) == language


@pytest.mark.parametrize(
    "text", ["", "ok", "👍", "NB204", "@nimbea", "12:30", "https://example.com", "wifi?"]
)
def test_what_does_not_tell_is_left_open(text: str) -> None:
    assert detect(text, BRAND) is None


def test_only_the_languages_asked_for_are_found() -> None:
    assert detect("donde esta mi maleta", ("fr", "en")) != "es"


def test_without_languages_there_is_nothing_to_find() -> None:
    assert detect("where is my bag", ()) is None


def test_a_text_of_hundreds_of_common_words_has_a_language() -> None:
    assert detect("and that is what we have been told by all of them " * 100, ("fr", "en", "es")) == "en"


def test_hostile_lengths_are_read_in_time() -> None:
    assert detect("aaa@" * 20_000, BRAND) is None
