"""How Mastodon counts a text, and how a text mentions nobody. Pure."""

from __future__ import annotations

import re

import regex

# What an address counts, however long it is (StatusLengthValidator of Mastodon).
ADDRESS_WEIGHT = 23
# Mastodon takes more for an address than this; what it takes and we do not, we count in full.
_WITHIN, _LAST = r"A-Za-z0-9_!*';:=+,.$/%#\[\]~@|&()-", "A-Za-z0-9_/=#&+~-"
_ADDRESS = (
    r"https?://(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::[0-9]+)?"
    rf"(?:/(?:[{_WITHIN}]*[{_LAST}])?)?(?:\?[{_WITHIN}?]*[{_LAST}])?"
)
_MENTION = r"(?<![=/\w])@(?P<name>[A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
ADDRESS = re.compile(_ADDRESS)
FOREIGN = re.compile(rf"{_MENTION}@[\w.-]*\w")
ADDRESS_OR_MENTION = re.compile(rf"{_ADDRESS}|{_MENTION}")
GRAPHEME = regex.compile(r"\X")
# Seen by nobody, and it keeps a name from being one.
GAP = "\u200b"


def weight(text: str) -> int:
    """The length of a text by Mastodon's count.

    It counts what one sees as one character once, an address 23, and of a mention of somebody on
    another instance only the name.
    """
    counted = FOREIGN.sub(r"@\g<name>", ADDRESS.sub("x" * ADDRESS_WEIGHT, text))
    return len(counted) if counted.isascii() else sum(1 for _ in GRAPHEME.finditer(counted))


def harmless(text: str) -> str:
    """The same text, mentioning nobody.

    Whoever is mentioned is notified, and in a direct message is shown all of it.
    """
    return ADDRESS_OR_MENTION.sub(_apart, text)


def weight_as_sent(text: str) -> int:
    """The weight of a text that is made harmless before it is sent."""
    return weight(harmless(text))


def _apart(found: re.Match[str]) -> str:
    return found.group() if found["name"] is None else f"@{GAP}{found['name']}"
