from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.brand import load_brand
from bot.guard import Guard, load_guard
from bot.guard.emergency import read_emergency
from tests.unit.guard.conftest import EXAMPLE

LONGEST = 280


@pytest.mark.parametrize(
    ("kind", "language", "market", "text"),
    [
        ("grief", "en", "fr", "Call 3114 or 15."),
        ("grief", "fr", "fr", "Call le 3114 or 15."),
        ("grief", "fr", "eu", "Appelez le 112."),
        ("grief", "fr", "nowhere", "Appelez le 112."),
        ("grief", "de", "eu", "Call 112."),
        ("danger", "en", "fr", "Run, or call 15."),
        ("other", "en", "fr", None),
    ],
)
def test_the_text_names_the_numbers_of_the_market(
    folder: Path, kind: str, language: str, market: str, text: str | None
) -> None:
    assert load_guard(folder).help_text(kind, language, market) == text


def test_every_market_of_the_brand_has_numbers_of_its_own(guard: Guard) -> None:
    emergency = read_emergency(EXAMPLE / "emergency.yml", guard.kinds)
    brand = load_brand(Path("brand.yml"))
    assert set(brand.markets) <= set(emergency.countries)
    for country in emergency.countries.values():
        assert country.source
        assert country.checked >= date(2026, 11, 1)


@pytest.mark.parametrize(
    ("market", "numbers"),
    [("fr", ("3114", "112")), ("uk", ("116 123", "999")), ("es", ("024", "112")), ("us", ("988", "911"))],
)
@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_despair_is_answered_with_numbers_in_every_language(
    guard: Guard, language: str, market: str, numbers: tuple[str, ...]
) -> None:
    text = guard.help_text("self_harm", language, market)
    assert text is not None
    assert all(number in text for number in numbers)
    assert len(text) <= LONGEST


def test_a_legal_threat_gets_no_text_of_help(guard: Guard) -> None:
    assert guard.help_text("legal", "en", "uk") is None
