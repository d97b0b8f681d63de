"""Which language a message is written in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache, lru_cache
from math import exp
from pathlib import Path

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_WORDS = Path(__file__).with_name("languages")

# What says nothing about the language: links, names of accounts, tags, codes with digits.
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\w*\d\w*", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# One signature letter counts as much as one common word.
_LETTERS = {"fr": "çœàèêëîïûùâô", "es": "ñ¿¡áíóú"}
# Tried on the project's own examples: a word weighs as much as nine to one by the model.
_WEIGHT, _SURE, _ENOUGH_WORDS = 2.2, 0.7, 3
_TEMPER, _LEAST = 0.3, 1e-3


def detect(text: str, languages: Collection[str]) -> str | None:
    """The one of `languages` (ISO 639-1) that `text` is written in.

    None where it is too short, mixed or not clearly any of them. A statistical model
    (py3langid) and the votes of common words and letters are weighed together, because
    messages are short and typed without accents; in one or two words only votes count.
    """
    return _detect(text, tuple(languages))


# A message is asked about several times while its turn goes on.
@lru_cache(maxsize=256)
def _detect(text: str, languages: tuple[str, ...]) -> str | None:
    bare = _NOISE.sub(" ", text)
    votes = _votes(bare, languages)
    long_enough = len(_WORD.findall(bare)) >= _ENOUGH_WORDS
    if not languages or not (long_enough or any(votes.values())):
        return None
    guesses = _guesses(bare, languages) if long_enough else dict.fromkeys(languages, 1.0)
    # Only how far the votes lie apart counts; the exponential of hundreds is no number any more.
    most = max(votes.values())
    return _winner({name: guesses[name] * exp(_WEIGHT * (votes[name] - most)) for name in languages})


def _votes(text: str, languages: Collection[str]) -> dict[str, float]:
    words = [part for word in _WORD.findall(text.casefold()) for part in _parts(word)]
    return {name: _vote(text, words, name) for name in languages}


def _vote(text: str, words: list[set[str]], language: str) -> float:
    common, letters = _common_words(language), _LETTERS.get(language, "")
    return sum(not common.isdisjoint(word) for word in words) + any(c in letters for c in text.casefold())


def _parts(word: str) -> list[set[str]]:
    """`qu'il` has two words of French, `don't` one of English; each with and without accents."""
    straight = word.replace("’", "'")
    parts = [straight] if straight.endswith("'t") else straight.split("'")
    return [{part, _folded(part)} for part in parts]


def _guesses(text: str, languages: tuple[str, ...]) -> dict[str, float]:
    """What the model thinks, tempered: on short texts it is far too sure of itself."""
    return {
        name: float(share) ** _TEMPER + _LEAST for name, share in _identifier(frozenset(languages)).rank(text)
    }


def _winner(weights: dict[str, float]) -> str | None:
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] >= _SURE * sum(weights.values()) else None


@cache
def _common_words(language: str) -> frozenset[str]:
    """The words of bot/languages/; of a language without such a file, none."""
    file = _WORDS / f"{language}.txt"
    lines = file.read_text(encoding="utf8").splitlines() if file.exists() else []
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


# In whatever order a market names them: each of these takes eight megabytes.
@lru_cache(maxsize=8)
def _identifier(languages: frozenset[str]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(languages))
    return identifier


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c))
