"""What a child does first: it leads a group of its own, and ends when its parent dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
# Loaded before any fork: between fork and exec the dynamic loader may be locked.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def leash() -> Callable[[], None]:
    """What a child runs between fork and exec.

    In a group of its own it and what it starts can be told to end together, and the terminal's
    Ctrl-C does not reach it: we decide. Not in a session of its own, for Linux shares the cores among
    sessions first, so that a niceness would count among processes of one session only (sched(7)).

    SIGTERM comes when this process ends: one that dies by SIGKILL has no chance to stop its
    children (prctl(2)). On other systems than Linux there is no such signal.
    """
    parent = os.getpid()

    def lead_and_die_with_parent() -> None:
        os.setpgrp()
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before the call
                os._exit(1)

    return lead_and_die_with_parent
