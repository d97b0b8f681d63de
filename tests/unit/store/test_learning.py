"""Threads that meet a type for the first time together survive it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each thread reads a row of each kind, and is interrupted as often as can be.
_READ_TOGETHER = """
import sys, threading, msgspec
from bot.store.learning import learn_types
from bot.store.rows import Case, Conversation, Line

learn_types()
sys.setswitchinterval(1e-6)
ready = threading.Barrier(24)

def read():
    ready.wait()
    for kind in (Line, Conversation, Case):
        try:
            msgspec.convert({name: 1 for name in reversed(kind.__struct_fields__)}, kind)
        except msgspec.ValidationError:
            pass

threads = [threading.Thread(target=read) for _ in range(24)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.timeout(60)
def test_rows_are_read_for_the_first_time_by_many_threads_at_once() -> None:
    # Without learning first, about every other process ends by a segmentation fault.
    for _ in range(4):
        subprocess.run((sys.executable, "-c", _READ_TOGETHER), check=True)
