"""A moved clock moves for the processes that read it, while they run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.clocks import MovableClock, compiled

# For each line that it reads it tells the time of day in both ways, and what counts seconds.
PROGRAM = """
import datetime, sys, threading, time
for _ in sys.stdin:
    threading.Event().wait(0.01)
    print(time.time(), datetime.datetime.now().timestamp(), time.monotonic(), flush=True)
"""


@pytest.mark.parametrize("ahead", [0, 90, -3600])
def test_the_time_of_day_moves_and_seconds_go_on(tmp_path: Path, ahead: int) -> None:
    clock = MovableClock(tmp_path / "clock", compiled(tmp_path))
    with subprocess.Popen(
        (sys.executable, "-c", PROGRAM),
        env={**os.environ, **clock.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        clock.set(ahead)
        process.stdin.write("\n")
        process.stdin.close()
        told = [float(word) for word in process.stdout.readline().split()]
    expected = [time.time() + ahead, time.time() + ahead, time.monotonic()]
    assert told == pytest.approx(expected, abs=5)
