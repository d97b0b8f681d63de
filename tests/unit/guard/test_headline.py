from __future__ import annotations

import pytest

from bot.guard import Guard
from bot.guard.headline import is_headline

PERSONAL = frozenset({"i", "my", "we", "our", "you", "now", "help"})


@pytest.mark.parametrize(
    "text",
    [
        "Airline makes emergency landing in Nice https://news.example/a1",
        "Court rules on cabin bags https://news.example/a1 #travel @agency",
        "Plane evacuated at Porto www.news.example/b via @agency",
    ],
)
def test_shared_news_is_a_headline(text: str) -> None:
    assert is_headline(text, PERSONAL)


@pytest.mark.parametrize(
    "text",
    [
        "We made an emergency landing in Nice https://pic.example/a1",
        "Smoke in the cabin of NB12 right now https://pic.example/a1",
        "Smoke in the cabin of NB12! https://pic.example/a1",
        "Is this smoke in the cabin of NB12? https://pic.example/a1",
        "Smoke in cabin https://pic.example/a1",
        "Airline makes emergency landing in Nice",
        "https://pic.example/a1 smoke in the cabin of flight NB12",
    ],
)
def test_a_witness_or_a_text_without_link_is_none(text: str) -> None:
    assert not is_headline(text, PERSONAL)


def test_shared_news_of_an_accident_counts_with_trouble_only(guard: Guard) -> None:
    news = guard.inspect("Volaria jet makes emergency landing after engine fire https://news.example/a", "en")
    assert {finding.strength for finding in news} == {"weak"}
    witness = guard.inspect("our jet made an emergency landing after engine fire https://pic.example/a", "en")
    assert "strong" in {finding.strength for finding in witness}


def test_self_harm_is_never_taken_for_news(guard: Guard) -> None:
    (finding,) = guard.inspect("goodbye all, ready to end it all tonight https://pic.example/a", "en")
    assert (finding.kind, finding.strength) == ("self_harm", "strong")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Un avion de Volaria atterrit en catastrophe à Nice https://news.example/a", "fr"),
        ("Un avión de Volaria hace un aterrizaje de emergencia en Niza https://news.example/a", "es"),
    ],
)
def test_news_is_known_in_every_language(guard: Guard, text: str, language: str) -> None:
    assert {finding.strength for finding in guard.inspect(text, language)} == {"weak"}
