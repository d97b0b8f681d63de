"""Reads what is X's own in its JSON."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from bot.channels.reading import Json, number, since_1970, text
from bot.errors import BadPayload

LONGEST_ID = 100
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


def identifier(holder: Json, *names: str) -> str:
    """The identifier in the first of these fields that has one; empty where none has."""
    found = (text(holder, name) for name in names)
    return next((each for each in found if 0 < len(each) <= LONGEST_ID), "")


def whole(holder: Json, name: str) -> int:
    """The number in a field; 0 where there is none."""
    return number(holder, name) or 0


def milliseconds(holder: Json, name: str) -> datetime | None:
    """The moment in a field, told in milliseconds since 1970."""
    return since_1970(whole(holder, name))


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
