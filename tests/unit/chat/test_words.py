"""The page's words and languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.chat.words import choose, languages_of, load_words
from tests.fakes.example import BRAND

CHAT = Path("bot/chat")
LANGUAGES = {"fr", "en", "es"}
WORDS = load_words()


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_text_is_there_in_every_language_with_the_same_placeholders(name: str) -> None:
    assert set(WORDS[name]) == LANGUAGES
    assert all(text.strip() for text in WORDS[name].values())
    placeholders = [sorted(re.findall(r"\{\w+\}", text)) for text in WORDS[name].values()]
    assert all(found == placeholders[0] for found in placeholders)


def test_brands_languages_are_written() -> None:
    assert set(BRAND.languages) <= languages_of(WORDS)


def test_every_text_that_is_used_exists_and_every_text_is_used() -> None:
    source = "\n".join(
        file.read_text(encoding="utf8")
        for folder in ("assets", "templates")
        for file in (CHAT / folder).iterdir()
    )
    used = set(re.findall(r"words\.(\w+)", source)) | set(re.findall(r'\bsay\("(\w+)"', source))
    missing = used - set(WORDS)
    assert not missing
    # Names that are put together: states of messages, the cards of the example page, who types.
    composed = {"sending", "sent", "waiting", "failed", "typing_bot", "typing_agent", "language_name"}
    unused = {name for name in set(WORDS) - used - composed if not name.startswith(("demo_", "widget_"))}
    assert unused <= set(re.findall(r'"(\w+)"', source))


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("es", "fr", "es"),
        ("es-MX", "", "es"),
        ("de", "en", "en"),
        (None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, "fr;q=0.2, es;q=0.9", "es"),
        (None, "de-DE, es;q=0", "fr"),
        (None, "", "fr"),
        (None, "*", "fr"),
        ("../../etc", ";;;q=,,=", "fr"),
        (None, "en;q=x, es;q=0.1", "es"),
    ],
)
def test_language_is_the_one_asked_for_else_the_browsers_else_the_markets(
    asked: str | None, accepted: str, chosen: str
) -> None:
    assert choose(["fr", "en", "es"], asked=asked, accepted=accepted) == chosen


def test_no_name_hides_behind_a_method_of_the_templates_mapping() -> None:
    # `words.keys` in a template is the dictionary's method, not the text.
    assert not [name for name in WORDS if hasattr(dict, name)]
