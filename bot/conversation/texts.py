"""The brand's fixed texts, filled in, in the customer's language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_skeleton, format_time, get_timezone_location

from bot.brand import Brand, Market, Texts


def say(texts: Texts, language: str, brand: Brand, **values: str) -> str:
    """A text in a language, with its placeholders filled."""
    return texts[language].format_map({"brand": brand.name, **values})


def language_for(market: Market, *guesses: str | None) -> str:
    """The first guess that the market speaks, else the market's first language."""
    spoken = (guess for guess in guesses if guess in market.languages)
    return next((guess for guess in spoken if guess), market.languages[0])


def moment_in_words(moment: datetime, language: str, market: Market) -> str:
    """A deadline as people say it: `22 novembre, 18:30 (Paris)`."""
    zone, locale = ZoneInfo(market.timezone), Locale(language)
    day = format_skeleton("MMMMd", moment, zone, locale=locale)
    time = format_time(moment, "short", zone, locale=locale)
    place = get_timezone_location(zone, locale=locale, return_city=True)
    return f"{day}, {time} ({place})"
