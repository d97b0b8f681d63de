"""Reads JSON of which any field may hold anything: what is not of the type asked for is not there.

Not a channel. What is no object has no fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

Json = Mapping[str, Any]

# As many as a signed number of 64 bits has.
DIGITS = re.compile(r"[0-9]{1,19}")
# The year 2200, in milliseconds: what is beyond is no moment at which somebody wrote.
LATEST = 7258118400 * 1000


def field(holder: object, name: str) -> Any:
    """Whatever is in a field, None where there is none."""
    return holder.get(name) if isinstance(holder, dict) else None


def thing(holder: object, name: str) -> Json:
    """The object in a field, an empty one where there is none."""
    value = field(holder, name)
    return value if isinstance(value, dict) else {}


def things(holder: object, name: str) -> Iterator[Json]:
    """The objects in a list."""
    value = field(holder, name)
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def text(holder: object, name: str) -> str:
    """The text in a field; halves of pairs, which travel nowhere, are replaced."""
    value = field(holder, name)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def number(holder: object, name: str) -> int | None:
    """The whole number in a field, which may stand in quotes."""
    value = field(holder, name)
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    return value if type(value) is int else None


def since_1970(milliseconds: int) -> datetime | None:
    """The moment so many milliseconds after 1970 began, if somebody can have written then."""
    if not 0 < milliseconds < LATEST:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, timezone.utc).replace(microsecond=rest * 1000)
