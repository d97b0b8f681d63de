"""Disks that are full: by a quota of the process, and by a file system without room."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Room for the database of a run, and little enough to be filled in an instant.
_SIZE = "48m"
_PIECE = b"\0" * 65536
# A file may not grow beyond: less than any database has already.
_QUOTA = 4096


def limit_files(pid: int, is_on: bool) -> None:
    """Let a running process write nothing beyond the first page of a file, or all again.

    The kernel answers EFBIG then, which SQLite calls an input/output error, as it does EDQUOT.
    """
    soft = _QUOTA if is_on else resource.RLIM_INFINITY
    with suppress(ProcessLookupError):  # it was killed meanwhile
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Put a file system of its own on a folder, and give it; None where that is not ours to do."""
    mounted = os.geteuid() == 0 and _done("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder))
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            _done("umount", "--lazy", str(folder))


class Ballast:
    """Fills what room a file system has left, so that SQLite is told that the disk is full."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def load(self) -> None:
        """Take all of it."""
        with suppress(OSError), self._file.open("wb", buffering=0) as file:
            while file.write(_PIECE):
                pass

    def drop(self) -> None:
        """Give it back."""
        self._file.unlink(missing_ok=True)


def _done(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
