"""Clocks of processes that can be moved while they run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")


def compiled(folder: Path) -> Path:
    """The library that moves clocks, made from `clock.c` by the machine's C compiler."""
    library = folder / "clock.so"
    options = ("-shared", "-fPIC", "-O2", "-Wall", "-Werror")
    subprocess.run(("cc", *options, "-o", library, _SOURCE), check=True)
    return library


class MovableClock:
    """What a process that runs with `environment` takes for the time of day.

    Only the time of day moves, as when a machine's clock is set: what counts seconds goes on.
    """

    def __init__(self, file: Path, library: Path) -> None:
        self._file = file
        self._library = library
        self.set(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """With these variables a process reads this clock."""
        return {"LD_PRELOAD": str(self._library), "FAULTS_CLOCK": str(self._file)}

    def set(self, ahead: int) -> None:
        """So many seconds ahead of the true time, at once; negative is behind."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(ahead.to_bytes(8, sys.byteorder, signed=True))
