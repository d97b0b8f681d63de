"""What trainers write: examples, answers, rules, intents and pages, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from bot.trainers.nodes import Misplaced, Node, read, read_all
from bot.trainers.remarks import Remark

TOPIC = "question_"
Entry = TypeVar("Entry")

# Rasa marks entities in examples as [text](entity) or [text]{"entity": ...}.
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
_KNOWN_KEYS = frozenset({"version", "nlu"})


class Example(Struct, frozen=True, kw_only=True):
    """How a customer puts an intent; `language` is that of the file's name."""

    text: str
    intent: str
    language: str
    place: str


class Answer(Struct, frozen=True, kw_only=True):
    """One variation of an answer; `title` names its topic on a button."""

    name: str
    language: str
    text: str
    title: str
    place: str


class Named(Struct, frozen=True, kw_only=True):
    """A name and where it stands: an intent of the domain, or one that a rule answers."""

    name: str
    place: str


class Page(Struct, frozen=True, kw_only=True):
    """A page of the brand in one language: the path of its address."""

    name: str
    language: str
    path: str
    place: str


class Material(Struct, frozen=True, kw_only=True):
    """All of it, and what could not be read."""

    examples: list[Example]
    answers: list[Answer]
    intents: list[Named]
    answered: list[Named]
    pages: list[Page]
    unreadable: list[Remark]


def read_material(root: Path) -> Material:
    """Read the files below `root`. What is wrong in one of them does not hide the others."""
    wrong: list[Remark] = []
    data = root / "data"
    return Material(
        examples=_collected(data / "nlu", root, _examples, wrong),
        answers=_collected(data / "answers", root, _answers, wrong),
        intents=_of_file(root / "domain.yml", root, _intents, wrong),
        answered=_collected(data / "rules", root, _answered, wrong),
        pages=_of_file(data / "links.yml", root, _pages, wrong),
        unreadable=wrong,
    )


def read_examples(root: Path) -> list[Example]:
    """The examples of data/nlu alone, as far as they can be read."""
    return _collected(root / "data" / "nlu", root, _examples, [])


def read_topics(root: Path) -> frozenset[str]:
    """The topics that domain.yml lists, as far as it can be read."""
    intents = _of_file(root / "domain.yml", root, _intents, [])
    return frozenset(it.name.removeprefix(TOPIC) for it in intents if it.name.startswith(TOPIC))


Reader = Callable[[Path, Node, list[Remark]], Iterator[Entry]]


def _collected(folder: Path, root: Path, reader: Reader[Entry], wrong: list[Remark]) -> list[Entry]:
    found: list[Entry] = []
    for file, node in read_all(folder, root, wrong):
        found += _guarded(reader, file, node, wrong)
    return found


def _of_file(file: Path, root: Path, reader: Reader[Entry], wrong: list[Remark]) -> list[Entry]:
    try:
        return _guarded(reader, file, read(file, root), wrong)
    except Misplaced as error:
        wrong.append(error.remark)
        return []


def _guarded(reader: Reader[Entry], file: Path, node: Node, wrong: list[Remark]) -> list[Entry]:
    found: list[Entry] = []
    try:
        found.extend(reader(file, node, wrong))
    except Misplaced as error:
        wrong.append(error.remark)
    return found


def _examples(file: Path, node: Node, wrong: list[Remark]) -> Iterator[Example]:
    stem, _, language = file.stem.rpartition(".")
    for name, key, _ in node.pairs():
        if name not in _KNOWN_KEYS:
            wrong.append(Remark(place=key.place, words=f"'{name}:' does not belong in a file of examples"))
    for block in node.need("nlu").items():
        intent = block.need("intent")
        if intent.text() != stem:
            words = f"the intent is {intent.text()}, but the file's name says {stem or file.stem}"
            wrong.append(Remark(place=intent.place, words=f"{words}: it must be <intent>.<language>.yml"))
        for text, place in _lines(block.need("examples"), wrong):
            yield Example(text=text, intent=intent.text(), language=language, place=place)


def _lines(examples: Node, wrong: list[Remark]) -> Iterator[tuple[str, str]]:
    if not examples.is_block:
        raise Misplaced(examples.place, "'examples: |' is expected, and the examples in the lines below")
    for number, line in enumerate(examples.text().splitlines(), start=1):
        place, said = examples.place_below(number), line.strip()
        text = _ENTITY.sub(r"\1", said.removeprefix("-").strip())
        if said.startswith("- ") and text:
            yield text, place
        elif said and not said.startswith("#"):
            wrong.append(Remark(place=place, words=f"an example begins with a dash and a space: {said!r}"))


def _answers(file: Path, node: Node, wrong: list[Remark]) -> Iterator[Answer]:
    for name, _, variations in node.need("responses").pairs():
        for variation in variations.items():
            metadata = variation.get("metadata")
            title = metadata.get("title") if metadata else None
            text = variation.need("text")
            yield Answer(
                name=name,
                language=_spoken(variation),
                text=text.text(),
                title=title.text() if title else "",
                place=text.place,
            )


def _spoken(variation: Node) -> str:
    """The language that a condition asks for; empty where there is none."""
    condition = variation.get("condition")
    for part in condition.items() if condition else ():
        if part.need("name").text() == "language":
            return part.need("value").text()
    return ""


def _intents(file: Path, node: Node, wrong: list[Remark]) -> Iterator[Named]:
    for intent in node.need("intents").items():
        yield Named(name=intent.text(), place=intent.place)


def _answered(file: Path, node: Node, wrong: list[Remark]) -> Iterator[Named]:
    """The intents that a rule does something about."""
    for rule in node.need("rules").items():
        for step in rule.need("steps").items():
            if intent := step.get("intent"):
                yield Named(name=intent.text(), place=intent.place)


def _pages(file: Path, node: Node, wrong: list[Remark]) -> Iterator[Page]:
    for name, _, languages in node.need("pages").pairs():
        for language, _, path in languages.pairs():
            yield Page(name=name, language=language, path=path.text(), place=path.place)
