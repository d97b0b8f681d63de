"""What processes and the machine consume, as Linux tells it in /proc (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
# Of the first line of /proc/stat: idle and waiting for a disk; guests are counted in user time.
_IDLE = (3, 4)
_TIMES = 8


def cpu_seconds(pid: int) -> float:
    """What a process and its children have computed so far; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # utime, stime, and both of the children that have ended.
    own = sum(map(int, fields[11:15])) / _TICK
    return own + sum(cpu_seconds(int(child)) for child in children)


def resident(pid: int) -> float:
    """The memory of a process now, in MB."""
    return _megabytes(pid, "VmRSS")


def resident_peak(pid: int) -> float:
    """The most memory that a process has had since its start, or since that was forgotten, in MB."""
    return _megabytes(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the most memory of a process count from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def machine_seconds() -> float:
    """What all cores together have computed since the machine started."""
    times = Path("/proc/stat").read_text().splitlines()[0].split()[1 : 1 + _TIMES]
    return sum(int(time) for number, time in enumerate(times) if number not in _IDLE) / _TICK


def memory_of_machine() -> float:
    """In GB."""
    return _value(Path("/proc/meminfo").read_text().splitlines(), "MemTotal") / 1024**2


def _megabytes(pid: int, name: str) -> float:
    return _value(Path(f"/proc/{pid}/status").read_text().splitlines(), name) / 1024


def _value(lines: Iterable[str], name: str) -> int:
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
