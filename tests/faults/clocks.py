"""Clocks of processes that can be moved while they run, by libfaketime."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path


class MovableClock:
    """What processes that run with `environment` take for the time of day.

    Only the time of day moves, as when a machine's clock is set: what counts seconds
    (CLOCK_MONOTONIC) goes on. A move is seen within a second.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """With these variables a process reads this clock."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            # One name is that of old versions, the other that of new ones.
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead: float) -> None:
        """So many seconds ahead of the true time; negative is behind."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead:+g}s", encoding="ascii")
        new.replace(self._file)  # nobody reads half a number


def _library() -> Path:
    """The library within its package, whose import would ask for a restart of this process."""
    spec = find_spec("libfaketime")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "vendor/libfaketime/src/libfaketime.so.1"
