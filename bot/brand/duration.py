"""Durations as people write them: `1s`, `30m`, `24h`, `3d`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PATTERN = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


class Duration(timedelta):
    """A span of time that is read from a text such as `30m`."""

    @classmethod
    def parse(cls, text: object) -> Duration:
        """Read a duration; raise `ValueError` in words for the editor of the file."""
        match = _PATTERN.fullmatch(str(text))
        if not match:
            raise ValueError(f"expected a duration such as 1s, 30m, 24h or 3d, got {text!r}")
        return cls(**{_UNITS[match[2]]: float(match[1])})
