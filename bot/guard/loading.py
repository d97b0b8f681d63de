"""Reads data/guard/kinds.yml and the file of each language into rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar, get_args

from msgspec import Struct

from bot.errors import GuardError
from bot.guard.pattern import Lists, Pattern, WrongPattern, read_pattern, read_phrase
from bot.guard.reading import Entry, read_yaml
from bot.guard.values import Kind, Severity
from bot.guard.words import plain_words
from bot.messages import Register

Role = Literal["strong", "weak", "look_alike", "doubt"]
Expected = Literal["strong", "weak", "silent"]

_ROLES: dict[str, Role] = {
    "strong": "strong",
    "weak": "weak",
    "look_alikes": "look_alike",
    "doubts": "doubt",
}
_LANGUAGE = re.compile("[a-z]{2}")
_T = TypeVar("_T")


class Rule(Struct, frozen=True, kw_only=True):
    """One pattern of a file; a look-alike without `kind` holds for all matters."""

    language: str
    kind: str
    role: Role
    pattern: Pattern
    text: str
    place: str


class Sample(Struct, frozen=True, kw_only=True):
    """A sentence that a file gives as a test: how strongly its matter must be found."""

    language: str
    kind: str
    expected: Expected
    text: str
    place: str


class Kinds(Struct, frozen=True, kw_only=True):
    """The matters, the gravest first, and when a weak finding counts.

    `firm` are those that shared news does not weaken.
    """

    kinds: tuple[Kind, ...]
    firm: frozenset[str]
    weak_registers: tuple[Register, ...]
    weak_share: float


class Rules(Struct, frozen=True, kw_only=True):
    """What the file of one language says."""

    rules: tuple[Rule, ...]
    samples: tuple[Sample, ...]
    short_forms: dict[str, str]
    often_misspelt: tuple[str, ...]
    not_typos: tuple[str, ...]
    personal: frozenset[str]


def read_kinds(file: Path) -> Kinds:
    """Read kinds.yml. Raises `GuardError` naming file, line and key."""
    parts = read_yaml(file).parts(needed=("weak", "kinds"), allowed=("news",))
    weak = parts["weak"].parts(needed=("registers", "share"))
    kinds = tuple(_kind(name, entry) for name, entry in parts["kinds"].parts().items())
    return Kinds(
        kinds=kinds,
        firm=_firm(parts["news"], {kind.id for kind in kinds}) if "news" in parts else frozenset(),
        weak_registers=tuple(_register(item) for item in weak["registers"].items()),
        weak_share=weak["share"].share(),
    )


def _firm(news: Entry, kinds: Collection[str]) -> frozenset[str]:
    listed = news.parts(needed=("except",))["except"]
    if unknown := next((name for name in listed.texts() if name not in kinds), None):
        raise listed.wrong(f"there is no matter {unknown!r}")
    return frozenset(listed.texts())


def read_languages(folder: Path, kinds: Sequence[Kind]) -> dict[str, Rules]:
    """Read the file of every language in a folder. Raises `GuardError` naming file, line and key."""
    files = sorted(file for file in folder.glob("*.yml") if _LANGUAGE.fullmatch(file.stem))
    if not files:
        raise GuardError(f"{folder.as_posix()}: there is no file of a language, such as fr.yml")
    languages = {file.stem: read_language(file, [kind.id for kind in kinds]) for file in files}
    _check_short_forms(folder, languages)
    return languages


def read_language(file: Path, kinds: Sequence[str]) -> Rules:
    """Read the file of one language, which must have a section for each of `kinds`."""
    parts = read_yaml(file).parts(
        allowed=("lists", "short_forms", "often_misspelt", "not_typos", "personal", "look_alikes"),
        needed=("matters",),
    )
    lists = _lists(parts["lists"]) if "lists" in parts else {}
    matters = parts["matters"].parts(needed=kinds)
    common = _role(parts, "look_alikes", file.stem, "", lists)
    return Rules(
        rules=(*common, *(rule for name in kinds for rule in _matter(matters[name], file.stem, name, lists))),
        samples=tuple(sample for name in kinds for sample in _samples(matters[name], file.stem, name)),
        short_forms=dict(_short_forms(parts["short_forms"])) if "short_forms" in parts else {},
        often_misspelt=tuple(_plain(parts, "often_misspelt")),
        not_typos=tuple(_plain(parts, "not_typos")),
        personal=frozenset(_plain(parts, "personal")),
    )


def _check_short_forms(folder: Path, languages: Mapping[str, Rules]) -> None:
    """Short forms are read in all languages at once: one cannot mean two things."""
    meanings: dict[str, str] = {}
    for language, rules in languages.items():
        for typed, meant in rules.short_forms.items():
            if meanings.setdefault(typed, meant) != meant:
                place = f"{(folder / language).as_posix()}.yml, short_forms.{typed}"
                raise GuardError(f"{place}: means {meanings[typed]!r} in the file of another language")


def _kind(name: str, entry: Entry) -> Kind:
    parts = entry.parts(needed=("severity", "names"), allowed=("only",))
    names = {language: text.text() for language, text in parts["names"].parts().items()}
    only = frozenset(_register(item) for item in parts["only"].items()) if "only" in parts else frozenset()
    return Kind(id=name, severity=_severity(parts["severity"]), names=names, only=only)


def _severity(entry: Entry) -> Severity:
    known: tuple[Severity, ...] = get_args(Severity)
    return _one_of(known, entry)


def _register(entry: Entry) -> Register:
    known: tuple[Register, ...] = get_args(Register)
    return _one_of(known, entry)


def _one_of(known: Sequence[_T], entry: Entry) -> _T:
    for value in known:
        if entry.text() == value:
            return value
    raise entry.wrong(f"one of {', '.join(map(str, known))} is expected here, not {entry.text()!r}")


def _lists(entry: Entry) -> dict[str, list[list[str]]]:
    return {name: [_phrase(item) for item in items.items()] for name, items in entry.parts().items()}


def _phrase(item: Entry) -> list[str]:
    """The words of a text without brackets. Raises `GuardError` where it is none."""
    try:
        return read_phrase(item.text())
    except WrongPattern as error:
        raise item.wrong(f"{item.text()!r}: {error}") from error


def _short_forms(entry: Entry) -> Iterator[tuple[str, str]]:
    for typed, meant in entry.parts().items():
        words = [word for piece in meant.text().split() for word in plain_words(piece)]
        yield plain_words(typed)[0], " ".join(words)


def _plain(parts: Mapping[str, Entry], key: str) -> Iterator[str]:
    """Plain words, each of which may end in a star."""
    for item in parts[key].items() if key in parts else ():
        words = _phrase(item)
        if len(words) != 1:
            raise item.wrong(f"one word is expected here, not {item.text()!r}")
        yield words[0]


def _matter(entry: Entry, language: str, kind: str, lists: Lists) -> Iterator[Rule]:
    for key in _ROLES:
        yield from _role(_matter_parts(entry), key, language, kind, lists)


def _role(parts: Mapping[str, Entry], key: str, language: str, kind: str, lists: Lists) -> Iterator[Rule]:
    for item in parts[key].items() if key in parts else ():
        pattern = _pattern(item, lists)
        role = _ROLES[key]
        yield Rule(
            language=language, kind=kind, role=role, pattern=pattern, text=item.text(), place=item.place
        )


def _pattern(item: Entry, lists: Lists) -> Pattern:
    try:
        return read_pattern(item.text(), lists)
    except WrongPattern as error:
        raise item.wrong(f"{item.text()!r}: {error}") from error


def _matter_parts(entry: Entry) -> dict[str, Entry]:
    return entry.parts(allowed=("weak", "look_alikes", "doubts"), needed=("strong", "tests"))


def _samples(entry: Entry, language: str, kind: str) -> Iterator[Sample]:
    tests = _matter_parts(entry)["tests"].parts(allowed=("weak",), needed=("strong", "silent"))
    expectations: tuple[Expected, ...] = get_args(Expected)
    for expected in expectations:
        for item in tests[expected].items() if expected in tests else ():
            yield Sample(language=language, kind=kind, expected=expected, text=item.text(), place=item.place)
