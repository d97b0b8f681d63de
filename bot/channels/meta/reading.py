"""Reads JSON of which any field may hold anything: what is not of the type asked for is not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from bot.errors import BadPayload

Json = Mapping[str, Any]

# Longer identifiers are none that Meta gives out, and no store takes them.
LONGEST_ID = 200
# Above it a timestamp counts milliseconds, below it seconds: Meta uses both.
MILLISECONDS = 10**11
# The year 2200, in milliseconds: what is beyond is no moment at which somebody wrote.
LATEST = 7258118400 * 1000


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


def thing(holder: Json, name: str) -> Json:
    """The object in a field, an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def things(holder: Json, name: str) -> Iterator[Json]:
    """The objects in a list."""
    value = holder.get(name)
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def text(holder: Json, name: str) -> str:
    """The text in a field; halves of pairs, which travel nowhere, are replaced."""
    value = holder.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


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


def number(holder: Json, name: str) -> int | None:
    """The whole number in a field; some of Meta's stand in quotes."""
    value = holder.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if type(value) is int else None


def moment(holder: Json, name: str) -> datetime | None:
    """The moment in a field, given in seconds or milliseconds since 1970."""
    value = number(holder, name) or 0
    milliseconds = value if value > MILLISECONDS else value * 1000
    if not 0 < milliseconds < LATEST:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, timezone.utc).replace(microsecond=rest * 1000)


def event_id(*parts: str) -> str:
    """One identifier of several parts, always the same for the same ones, and never too long."""
    whole = "#".join(parts)
    if len(whole) <= LONGEST_ID:
        return whole
    return hashlib.sha256(whole.encode()).hexdigest()
