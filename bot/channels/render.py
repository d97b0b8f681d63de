"""Fits what is said to what a platform can show. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right

import regex

from bot.channels.base import Features
from bot.messages import Button, Surface

# From the best place to cut to the worst: after a paragraph, a line, a sentence, a word.
BORDERS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…。！？])[\"'”’»)]*\s+"),
    re.compile(r"\s+"),
)
# A piece shorter than this share of what fits looks torn off: rather a worse border further on.
LEAST = 0.3
GRAPHEME = regex.compile(r"\X")


def fit(text: str, features: Features, surface: Surface = "public") -> list[str]:
    """Cut a text into pieces that the platform takes there, at the best border there is.

    No piece is empty or begins or ends with white space; a blank text gives no piece. What one
    sees as one character stays whole, unless it alone is longer than what fits.
    """
    pieces = []
    rest, longest = text.strip(), features.longest(surface)
    while features.measure(rest) > longest:
        piece, rest = _head(rest, features, longest)
        pieces.append(piece)
    return [*pieces, rest] if rest else pieces


def with_buttons_as_text(text: str, buttons: tuple[Button, ...]) -> str:
    """The same with its quick replies as a list, for platforms that have no buttons."""
    if not buttons:
        return text
    return "\n".join([text, "", *(f"• {button.title}" for button in buttons)])


def _head(text: str, features: Features, longest: int) -> tuple[str, str]:
    """A head that fits, and what follows it."""
    ends = range(1, len(text) + 1)
    reach = bisect_right(ends, longest, key=lambda end: features.measure(text[:end]))
    while True:
        piece, rest = _cut(text, max(1, reach))
        if features.measure(piece) <= longest or reach <= 1:
            return piece, rest
        # Some platforms count less for a whole address than for the beginning of one.
        reach = len(piece) - 1


def _cut(text: str, longest: int) -> tuple[str, str]:
    """A head of at most `longest` characters, and what follows it."""
    for border in BORDERS:
        found = [m for m in border.finditer(text, 0, longest + 1) if LEAST * longest <= m.start() <= longest]
        if found:
            return _split(text, _end_of_quotes(found[-1], longest))
    return _split(text, _before_grapheme(text, longest))


def _split(text: str, at: int) -> tuple[str, str]:
    return text[:at].rstrip(), text[at:].lstrip()


def _end_of_quotes(border: re.Match[str], longest: int) -> int:
    """A closing quote belongs to the sentence before it."""
    closing = len(border.group().rstrip())
    return min(border.start() + closing, longest)


def _before_grapheme(text: str, longest: int) -> int:
    """The last place up to `longest` that is not within what one sees as one character."""
    at = 0
    for grapheme in GRAPHEME.finditer(text):
        if grapheme.end() > longest:
            break
        at = grapheme.end()
    return at or longest
