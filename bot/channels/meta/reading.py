"""Reads what is Meta's own in its JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from bot.channels.reading import Json, number, since_1970, text, things
from bot.errors import BadPayload

# Longer identifiers are none that Meta gives out, and no store takes them.
LONGEST_ID = 200
# Above it a timestamp counts milliseconds, below it seconds: Meta uses both.
MILLISECONDS = 10**11


def entries(raw_body: bytes, kind: str) -> list[Json]:
    """The entries of a body about objects of this kind (`page`, `instagram` ...); none of another.

    Raises `BadPayload` for a body that is no notification of Meta.
    """
    # Not msgspec: it refuses a whole batch for half an emoji in one text.
    try:
        body = json.loads(raw_body)
    except (ValueError, RecursionError) as exc:
        raise BadPayload(f"not a notification of Meta: {type(exc).__name__}") from exc
    # Meta's own examples for Instagram show a list of notifications.
    found = body if isinstance(body, list) and body else [body]
    if not all(map(_is_notification, found)):
        raise BadPayload("not a notification of Meta: no object or no entries")
    return [entry for each in found if each["object"] == kind for entry in things(each, "entry")]


def _is_notification(body: object) -> bool:
    return isinstance(body, dict) and bool(text(body, "object")) and isinstance(body.get("entry"), list)


def identifier(holder: Json, name: str) -> str:
    """The identifier in a field: a text, or a number as some of Meta's are."""
    value = holder.get(name)
    found = str(value) if type(value) is int else text(holder, name)
    return found if len(found) <= LONGEST_ID else ""


def identifiers(holder: Json, name: str) -> list[str]:
    """The identifiers in a list."""
    value = holder.get(name)
    found = (identifier({"id": item}, "id") for item in (value if isinstance(value, list) else ()))
    return [each for each in found if each]


def moment(holder: Json, name: str) -> datetime | None:
    """The moment in a field, given in seconds or milliseconds since 1970."""
    value = number(holder, name) or 0
    return since_1970(value if value > MILLISECONDS else value * 1000)


def event_id(*parts: str) -> str:
    """One identifier of several parts, always the same for the same ones, and never too long."""
    whole = "#".join(parts)
    if len(whole) <= LONGEST_ID:
        return whole
    return hashlib.sha256(whole.encode()).hexdigest()
