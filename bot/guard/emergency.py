"""Numbers and texts of help, from data/guard/emergency.yml, which people keep up to date."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from msgspec import Struct

from bot.guard.reading import Entry, read_yaml

_PLACEHOLDERS = frozenset({"emergency", "listening"})


class Country(Struct, frozen=True, kw_only=True):
    """Numbers of one country or market.

    `listening` is where people in despair are listened to, with its opening, per language;
    empty where there is no such line. `checked` is when somebody last compared with `source`.
    """

    emergency: str
    listening: dict[str, str]
    source: tuple[str, ...]
    checked: date


class Emergency(Struct, frozen=True, kw_only=True):
    """All numbers and the texts that name them, by kind and language.

    A kind has two texts: `with_listening` names a listening line, `without` does not.
    """

    default: str
    countries: dict[str, Country]
    with_listening: dict[str, dict[str, str]]
    without: dict[str, dict[str, str]]

    def text(self, kind: str, language: str, market: str) -> str | None:
        """What is said at once to whom writes of such a matter; None where nothing is foreseen.

        An unknown market gets the numbers of the default one, an unknown language English.
        """
        country = self.countries.get(market) or self.countries[self.default]
        listening = _in(country.listening, language)
        texts = (self.with_listening if listening else self.without).get(kind) or self.without.get(kind)
        if not texts:
            return None
        return _in(texts, language).format(emergency=country.emergency, listening=listening)


def read_emergency(file: Path, kinds: Collection[str]) -> Emergency:
    """Read emergency.yml. Raises `GuardError` naming file, line and key."""
    parts = read_yaml(file).parts(needed=("default", "countries", "texts"))
    countries = {name: _country(entry) for name, entry in parts["countries"].parts().items()}
    if parts["default"].text() not in countries:
        raise parts["default"].wrong(f"there is no country {parts['default'].text()!r}")
    texts = {name: _texts(entry) for name, entry in parts["texts"].parts(allowed=kinds).items()}
    return Emergency(
        default=parts["default"].text(),
        countries=countries,
        with_listening={kind: named for kind, (named, _) in texts.items() if named},
        without={kind: plain for kind, (_, plain) in texts.items()},
    )


def _country(entry: Entry) -> Country:
    parts = entry.parts(needed=("emergency", "source", "checked"), allowed=("listening",))
    return Country(
        emergency=parts["emergency"].text(),
        listening=_by_language(parts["listening"]) if "listening" in parts else {},
        source=tuple(parts["source"].texts()),
        checked=_date(parts["checked"]),
    )


def _date(entry: Entry) -> date:
    try:
        return date.fromisoformat(entry.text())
    except ValueError as error:
        raise entry.wrong(f"a date such as 2026-11-21 is expected here, not {entry.text()!r}") from error


def _texts(entry: Entry) -> tuple[dict[str, str], dict[str, str]]:
    parts = entry.parts(needed=("without",), allowed=("with_listening",))
    named = _by_language(parts["with_listening"]) if "with_listening" in parts else {}
    return named, _by_language(parts["without"])


def _by_language(entry: Entry) -> dict[str, str]:
    parts = entry.parts()
    if "en" not in parts:
        raise entry.wrong("the text is missing in 'en', which is said where a language has none")
    for part in parts.values():
        for wrong in _wrong_placeholders(part.text()):
            raise part.wrong(wrong)
    return {language: part.text() for language, part in parts.items()}


def _wrong_placeholders(text: str) -> Iterator[str]:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        yield f"the braces do not match ({error})"
        return
    for name in sorted(names - _PLACEHOLDERS):
        yield f"there is no placeholder {{{name}}}; known are {', '.join(sorted(_PLACEHOLDERS))}"


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en", "")
