"""Finds personal details in a text, so that none is published. Pure.

In doubt it finds too much: a public reply can be put another way, a published card number
cannot be taken back. Names need more than patterns: `bot.details.names`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from itertools import chain

from bot.details.addresses import addresses
from bot.details.detail import Detail, DetailKind, apart
from bot.details.documents import documents
from bot.details.numbers import cards, emails, ibans, phones, tickets
from bot.details.references import references

__all__ = ["Detail", "DetailKind", "find", "mask"]


# The surest kinds first: of details that overlap, the surer one is meant.
_FINDERS: Mapping[DetailKind, Callable[[str], Iterator[Detail]]] = {
    "email": emails,
    "iban": ibans,
    "card": cards,
    "document": documents,
    "ticket": tickets,
    "phone": phones,
    "booking_reference": references,
    "address": addresses,
}


def find(text: str, kinds: Collection[DetailKind] = frozenset(_FINDERS)) -> tuple[Detail, ...]:
    """The details of these kinds in a text, in order; none overlaps another. Names are not among them."""
    # Most texts hold none of these: then nobody need look for what is surer.
    if not any(chain.from_iterable(_FINDERS[kind](text) for kind in kinds)):
        return ()
    found = apart(chain.from_iterable(finder(text) for finder in _finders(frozenset(kinds))))
    return tuple(detail for detail in found if detail.kind in kinds)


def mask(text: str, kinds: Collection[DetailKind] = frozenset(_FINDERS)) -> str:
    """The text with details of these kinds, or of all, as dots; of a card the last digits stay."""
    for detail in reversed(find(text, kinds)):
        shown = text[detail.start : detail.end]
        kept = f" {shown[-4:]}" if detail.kind == "card" else ""
        text = f"{text[: detail.start]}••••{kept}{text[detail.end :]}"
    return text


@cache
def _finders(kinds: frozenset[DetailKind]) -> tuple[Callable[[str], Iterator[Detail]], ...]:
    """Those of the kinds, and all surer ones, which may mean the same place of a text."""
    wanted = [place for place, kind in enumerate(_FINDERS) if kind in kinds]
    return tuple(_FINDERS.values())[: max(wanted, default=-1) + 1]
