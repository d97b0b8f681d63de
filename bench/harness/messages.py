"""What people write: the held-out messages, in the same order for everybody."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from msgspec import Struct

LANGUAGES = ("fr", "en", "es")
# How many messages a person writes at most before another takes a turn.
LONGEST = 5


class Message(Struct, frozen=True, kw_only=True):
    """A message; `ends` says that a human should take over, so that the bot's part is over."""

    text: str
    language: str
    ends: bool


def held_out(root: Path, seed: int) -> list[Message]:
    """All held-out messages, shuffled."""
    messages = [message for language in LANGUAGES for message in _read(root / f"tests/nlu/{language}.csv")]
    random.Random(seed).shuffle(messages)  # noqa: S311 - an order that can be repeated, no secret
    return messages


def some(messages: Sequence[Message], count: int) -> list[Message]:
    """So many of them, over and over again where there are not enough."""
    return list(islice(cycle(messages), count))


def conversations(messages: Sequence[Message]) -> list[list[Message]]:
    """The messages as conversations of one to `LONGEST`, each in one language.

    A conversation ends where a human takes over: after that no assistant is asked.
    """
    return list(_cut(messages))


def _cut(messages: Sequence[Message]) -> Iterator[list[Message]]:
    open_ones: dict[str, list[Message]] = {}
    for message in messages:
        said = open_ones.setdefault(message.language, [])
        said.append(message)
        if message.ends or len(said) == LONGEST:
            yield open_ones.pop(message.language)
    yield from open_ones.values()


def _read(file: Path) -> Iterator[Message]:
    with file.open(encoding="utf8", newline="") as rows:
        for row in csv.DictReader(rows):
            ends = row["decision"] in ("hand_over", "")
            yield Message(text=row["text"], language=row["language"], ends=ends)
