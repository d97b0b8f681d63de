"""Entries of the record, told in words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.brand import PRIORITIES, Brand
from bot.desk.words import Speech
from bot.store.rows import Recorded

# Where a message stands: its conversation and its number there.
Place = tuple[int | None, int]


def in_words(entry: Recorded, speech: Speech, brand: Brand) -> str:
    """What was done; an action without words of its own is told by its name."""
    values: Mapping[str, object] = defaultdict(lambda: "?", _values(entry, speech, brand))
    return speech.of("event", entry.action).format_map(values)


def actor_in_words(entry: Recorded, speech: Speech, names: Mapping[int, str]) -> str:
    """Who did it."""
    kind, _, number = entry.actor.partition(":")
    return names.get(int(number), entry.actor) if number else speech.of("actor", kind)


def earlier_words(edits: Sequence[Recorded]) -> dict[Place, list[str]]:
    """What edited messages said before, oldest first."""
    earlier: dict[Place, list[str]] = defaultdict(list)
    for edit in edits:
        earlier[edit.conversation_id, edit.details["seq"]].append(edit.details["before"])
    return dict(earlier)


def _values(entry: Recorded, speech: Speech, brand: Brand) -> dict[str, object]:
    details = dict(entry.details)
    if "team" in details:
        details["team"] = brand.teams.get(details["team"], details["team"])
    for name in ("reason", "surface"):
        if name in details:
            details[name] = speech.of(name, details[name])
    if entry.action == "prioritised":
        for name in ("before", "after"):
            details[name] = speech.of("priority", PRIORITIES[details[name]])
    return details
