"""The words of names.yml, and what they say of a word. Pure, but for reading the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

LANGUAGES = ("fr", "en", "es")

_FILE = Path(__file__).with_name("names.yml")
_WORD = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*\.?")


def fold(text: str) -> str:
    """The text without accents and with straight apostrophes; every letter keeps its place."""
    return "".join(_plain(letter) for letter in text)


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    introductions: list[str]
    closings: list[str]
    cues: list[str]
    followers: list[str]
    people: list[str]
    titles: list[str]
    particles: list[str]
    joints: list[str]
    places: list[str]
    ordinary: str
    first_names: str


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Words without accents and in small letters. `phrases` are looked for, by kind."""

    phrases: Mapping[str, tuple[str, ...]]
    titles: frozenset[str]
    particles: frozenset[str]
    joints: frozenset[str]
    ordinary: frozenset[str]
    first_names: frozenset[str]

    def is_word(self, word: str) -> bool:
        """Whether it is made of letters, as names are."""
        return bool(_WORD.fullmatch(word))

    def is_ordinary(self, word: str) -> bool:
        """Whether it means something, so that it names nobody."""
        small = word.lower()
        if small in self.first_names:
            return False
        return small in self.ordinary or small in self.titles or self._is_elided(small)

    def _is_elided(self, word: str) -> bool:
        """Whether it is as in J'ai or I'm, unlike O'Connor."""
        head, apostrophe, _ = word.partition("'")
        return bool(apostrophe) and head != "o" and head in self.ordinary

    def is_first_name(self, word: str) -> bool:
        """Whether people are called so."""
        return word.lower() in self.first_names

    def is_title(self, word: str) -> bool:
        """Whether it stands before a name, such as Mrs."""
        return word.lower() in self.titles

    def is_particle(self, word: str) -> bool:
        """Whether it stands within names, such as de."""
        return word.lower() in self.particles

    def is_joint(self, word: str) -> bool:
        """Whether it stands between two names."""
        return word.lower() in self.joints


def load_vocabulary(*, own: Iterable[str], ordinary: Iterable[str]) -> Vocabulary:
    """Read names.yml; `own` and `ordinary` are more words that name nobody."""
    words = msgspec.yaml.decode(_FILE.read_bytes(), type=_File)
    return Vocabulary(
        phrases={
            "introductions": _folded(words.introductions),
            "closings": _folded(words.closings),
            "cues": _folded(words.cues),
            "people": _folded(words.people),
            "followers": _folded(words.followers),
            "titles": _folded(words.titles),
            "places": _folded(words.places),
        },
        titles=frozenset(_folded(words.titles)),
        particles=frozenset(_folded(words.particles)),
        joints=frozenset(_folded(words.joints)),
        ordinary=frozenset(_folded([*words.ordinary.split(), *words.cues, *words.people, *own, *ordinary])),
        first_names=frozenset(_folded(words.first_names.split())),
    )


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(word).lower() for word in words)


def _plain(letter: str) -> str:
    if letter in "’‘":
        return "'"
    bare = unicodedata.normalize("NFD", letter)[0]
    return bare if bare.isalpha() and letter.isalpha() else letter
