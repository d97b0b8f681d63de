"""Training examples as models read them that were not trained with them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from bot.messages import Reading, Register


class CrossRead(Struct, frozen=True, kw_only=True):
    """One example with its true intent, and what it was read as.

    `topic` is the part of the intent after the register, empty where there is none.
    """

    text: str
    intent: str
    register: Register
    topic: str
    language: str
    place: str
    reading: Reading

    @property
    def guess(self) -> str:
        """The intent thought likeliest, also where the assistant is too unsure to act on it."""
        return self.reading.ranking[0].intent if self.reading.ranking else self.reading.intent


def read_folds(file: Path) -> list[CrossRead]:
    """What `python -m bench.folds` wrote."""
    return msgspec.json.Decoder(CrossRead).decode_lines(file.read_bytes())
