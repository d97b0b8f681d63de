"""Our own number on what we send, as far as Meta repeats it to us."""

from __future__ import annotations

import re

PREFIX = "relais:"
# More digits than any number of the store has are none of ours.
OURS = re.compile(rf"{PREFIX}([0-9]{{1,18}})", re.ASCII)


def mark(outbound: int) -> str:
    """What goes along with a message: `metadata` or `biz_opaque_callback_data`."""
    return f"{PREFIX}{outbound}"


def unmark(text: str) -> int | None:
    """The number that a repeated mark tells, None where it is not ours."""
    found = OURS.fullmatch(text)
    return int(found[1]) if found else None
