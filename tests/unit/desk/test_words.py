import re
from pathlib import Path
from string import Formatter

import pytest

from bot.brand import PRIORITIES
from bot.desk.words import Speech, load_words

WORDS = load_words()
ENGLISH = WORDS.texts["en"]
# Names of these groups are put together from values, the others stand in templates or code.
BY_VALUE = {"language", "role", "attachment", "entity", "detail", "status", "priority", "register"}
BY_VALUE |= {"surface", "channel", "reason", "event", "actor", "refused", "queue", "message"}
BY_VALUE |= {"compose", "clock", "case", "act", "aside", "accounts", "window", "consent", "mentions"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", WORDS.languages)
def test_every_language_has_the_same_names(language: str) -> None:
    assert sorted(WORDS.texts[language]) == sorted(ENGLISH)


@pytest.mark.parametrize("language", WORDS.languages)
def test_every_language_has_the_same_placeholders(language: str) -> None:
    for name, text in WORDS.texts[language].items():
        assert placeholders(text) == placeholders(ENGLISH[name]), name


def test_every_name_is_used() -> None:
    files = [*Path("bot/desk").rglob("*.html"), *Path("bot/desk").glob("*.py")]
    source = "".join(file.read_text(encoding="utf8") for file in files)
    names = [name for name in ENGLISH if name.split(".")[0] not in BY_VALUE]
    assert [name for name in names if f'"{name}"' not in source] == []


def test_every_name_that_stands_in_a_template_is_known() -> None:
    for file in Path("bot/desk/templates").glob("*.html"):
        for name in re.findall(r'\bt\("([\w.]+)"[,)]', file.read_text(encoding="utf8")):
            assert name in ENGLISH, f"{file.name}: {name}"


def test_every_priority_has_a_word() -> None:
    assert all(f"priority.{priority}" in ENGLISH for priority in PRIORITIES)


def test_a_value_without_a_word_speaks_for_itself() -> None:
    assert Speech("en", ENGLISH).of("reason", "brand_new_intent") == "brand new intent"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("fr", "es", "fr"),
        (None, "de, es;q=0.8, fr;q=0.9", "fr"),
        (None, "es-MX,en;q=0.5", "es"),
        (None, "de", "en"),
        (None, "fr;q=nonsense", "en"),
        (None, "", "en"),
        ("xx", "fr", "fr"),
    ],
)
def test_the_language_is_chosen_by_agent_then_browser(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert WORDS.speech(chosen=chosen, accepted=accepted).language == language
