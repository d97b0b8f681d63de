"""The words of the desk: one file per language, chosen by the agent or by the browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

DEFAULT = "en"
_FOLDER = Path(__file__).parent


class Speech:
    """The desk's words in one language: `speech("clock.left", time="5 min")`."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, name: str, /, **values: object) -> str:
        """A text with its placeholders filled."""
        return self.texts[name].format_map(values)

    def of(self, group: str, name: str) -> str:
        """The word for a value; a value that has none (a new intent, say) speaks for itself."""
        return self.texts.get(f"{group}.{name}") or name.replace("_", " ")


class Words:
    """The desk's words in every language."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self.texts = texts

    @property
    def languages(self) -> list[str]:
        """Every language, the default first."""
        return sorted(self.texts, key=lambda language: (language != DEFAULT, language))

    def speech(self, *, chosen: str | None, accepted: str) -> Speech:
        """In the language chosen, else the first one that `Accept-Language` names, else English."""
        wishes = [chosen or "", *_by_preference(accepted)]
        language = next((wish for wish in wishes if wish in self.texts), DEFAULT)
        return Speech(language, self.texts[language])


def load_words() -> Words:
    """Read all languages; `queue: {title: ...}` is named `queue.title`."""
    return Words({file.stem: dict(_flat(_read(file))) for file in sorted(_FOLDER.glob("*.yml"))})


def _read(file: Path) -> Mapping[str, Mapping[str, str]]:
    words: Mapping[str, Mapping[str, str]] = yaml.safe_load(file.read_text(encoding="utf8"))
    return words


def _flat(groups: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for group, texts in groups.items():
        for name, text in texts.items():
            yield f"{group}.{name}", text


def _by_preference(accepted: str) -> list[str]:
    """The languages of an `Accept-Language` header; `fr-CA` counts as `fr`."""
    weighted = []
    for part in accepted.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        weighted.append((_number(weight), tag.strip().lower().split("-")[0]))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
