"""Lets processes in one at a time, and in turn."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from itertools import chain, repeat
from pathlib import Path

# How long to wait before going in all the same, in seconds: whoever is inside may have been stopped,
# and to keep others out for good is the business of what is behind.
PATIENCE = 5.0
# The rests between two attempts, in seconds; the last one again and again.
RESTS = (0.0005, 0.001, 0.002)


class Turnstile:
    """Two locks beside a file: who is inside, and who is next.

    Whoever comes out must become next before he may go in again. With one lock only, a process that
    goes in again and again would leave the others no moment in which to find it free.
    """

    def __init__(self, file: Path, rest: Callable[[float], None] = time.sleep) -> None:
        self._inside, self._next = (_opened(file, name) for name in ("inside", "next"))
        self._rest = rest

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and be inside."""
        until = time.monotonic() + PATIENCE
        if self._is_ours(self._next, until):
            self._is_ours(self._inside, until)
            _free(self._next)
        try:
            yield
        finally:
            _free(self._inside)

    def close(self) -> None:
        """Release the files."""
        for door in (self._inside, self._next):
            if door is not None:
                os.close(door)

    def _is_ours(self, door: int | None, until: float) -> bool:
        rests = chain(RESTS, repeat(RESTS[-1]))
        while door is not None and time.monotonic() < until:
            try:
                flock(door, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                self._rest(next(rests))
            except OSError:
                break  # a file system without locks
            else:
                return True
        return False


def _opened(file: Path, name: str) -> int | None:
    """A file to lock; None where none can be made."""
    try:
        return os.open(f"{file}-{name}", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError:
        return None


def _free(door: int | None) -> None:
    if door is not None:
        with suppress(OSError):
            flock(door, LOCK_UN)
