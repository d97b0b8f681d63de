"""Finds personal details in a text, so that none is published. Pure.

In doubt it finds too much: a public reply can be put another way, a published card number
cannot be taken back. Names need more than patterns: `bot.details.names`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from bot.details.addresses import addresses
from bot.details.detail import Detail, DetailKind, apart
from bot.details.documents import documents
from bot.details.numbers import cards, emails, ibans, phones, tickets
from bot.details.references import references

__all__ = ["Detail", "DetailKind", "find", "mask"]


def find(text: str) -> tuple[Detail, ...]:
    """The personal details in a text, in order; none overlaps another. Names are not among them."""
    return apart(_all(text))


def mask(text: str, kinds: Collection[DetailKind] | None = None) -> str:
    """The text with details of these kinds, or of all, as dots; of a card the last digits stay."""
    for detail in reversed(find(text)):
        if kinds is None or detail.kind in kinds:
            shown = text[detail.start : detail.end]
            kept = f" {shown[-4:]}" if detail.kind == "card" else ""
            text = f"{text[: detail.start]}••••{kept}{text[detail.end :]}"
    return text


def _all(text: str) -> Iterator[Detail]:
    """Everything that looks like a detail, the surest kinds first."""
    finders = (emails, ibans, cards, documents, tickets, phones, references, addresses)
    return chain.from_iterable(finder(text) for finder in finders)
