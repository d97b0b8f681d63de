"""Reads X's JSON, of which any field may hold anything: what is not of the type asked for is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import BadPayload

Json = Mapping[str, Any]
NOTHING: Json = {}

LONGEST_ID = 100
# The year 2200, in milliseconds.
LATEST = 7258118400 * 1000
DIGITS = re.compile(r"[0-9]{1,19}")
# As the first version of the API writes a moment: Wed Nov 18 10:00:00 +0000 2026.
OLD_STYLE = re.compile(
    r"\w{3} (?P<month>\w{3}) (?P<day>\d\d) (?P<time>[\d:]{8}) \+0000 (?P<year>\d{4})", re.ASCII
)


def document(raw_body: bytes) -> Json:
    """The object that a body is; raises `BadPayload` for anything else."""
    # Not msgspec: it refuses a whole body for half an emoji in one text.
    try:
        body = json.loads(raw_body)
    except (ValueError, RecursionError) as exc:
        raise BadPayload(f"not an event of X: {type(exc).__name__}") from None
    if not isinstance(body, dict):
        raise BadPayload("not an event of X: no object")
    return body


def thing(holder: Json, name: str) -> Json:
    """The object in a field, an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else NOTHING


def things(holder: Json, name: str) -> Iterator[Json]:
    """The objects in a list."""
    value = holder.get(name)
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def text(holder: Json, name: str) -> str:
    """The text in a field; halves of pairs, which travel nowhere, are replaced."""
    value = holder.get(name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def identifier(holder: Json, *names: str) -> str:
    """The identifier in the first of these fields that has one; empty where none has."""
    found = (text(holder, name) for name in names)
    return next((each for each in found if 0 < len(each) <= LONGEST_ID), "")


def whole(holder: Json, name: str) -> int:
    """The number in a field, which may stand in quotes; 0 where there is none."""
    value = holder.get(name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    return value if type(value) is int else 0


def milliseconds(holder: Json, name: str) -> datetime | None:
    """The moment in a field, told in milliseconds since 1970."""
    value = whole(holder, name)
    if not 0 < value < LATEST:
        return None
    seconds, rest = divmod(value, 1000)
    return datetime.fromtimestamp(seconds, timezone.utc).replace(microsecond=rest * 1000)


def moment(holder: Json, name: str) -> datetime | None:
    """The moment in a field, told as ISO 8601 has it or as the first version of the API."""
    told = text(holder, name)
    old = OLD_STYLE.fullmatch(told)
    try:
        if old:
            return parsedate_to_datetime("{day} {month} {year} {time} +0000".format(**old.groupdict()))
        found = datetime.fromisoformat(told.replace("Z", "+00:00"))
        return found.astimezone(timezone.utc) if found.tzinfo and found.year > 1970 else None
    except (ValueError, TypeError, OverflowError):
        return None
