"""What is said about a trainer's files."""

from __future__ import annotations

from msgspec import Struct


class Remark(Struct, frozen=True, kw_only=True, order=True):
    """Something about one place, `file:line`, in plain words.

    An error must be put right before a training; a hint is worth a look.
    """

    place: str
    words: str
    is_hint: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {'hint: ' if self.is_hint else ''}{self.words}"
