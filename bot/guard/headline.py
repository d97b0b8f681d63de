"""Tells news that somebody shares from trouble of his own."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.guard.words import clean, split

# Tags and mentions (via @somebody) may follow the link.
_LINK_AT_THE_END = re.compile(r"(?:https?://|www\.)\S+(?:\s+(?:via\s+)?[#@]\S+)*\s*\Z")
_LONGEST_END = 400
_CALLS = frozenset("!?¡¿")
_LEAST_WORDS = 4


def is_headline(text: str, personal: Collection[str]) -> bool:
    """Whether a link ends the text, and nobody asks, calls or speaks of himself before it.

    `personal` are plain words that headlines do not have: I, we, you, now, help.
    """
    tail = text[-_LONGEST_END:]
    link = _LINK_AT_THE_END.search(tail)
    if link is None:
        return False
    before = text[: len(text) - len(tail) + link.start()]
    if not _CALLS.isdisjoint(before):
        return False
    words = [word.text for word in split(clean(before))]
    return len(words) >= _LEAST_WORDS and not any(word in personal for word in words)
