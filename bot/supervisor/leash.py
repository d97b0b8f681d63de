"""Ends a child when its parent dies, however the parent dies."""

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
    """What a child runs between fork and exec, so that SIGTERM comes when this process ends.

    A parent that dies by SIGKILL has no chance to stop its children (prctl(2)). On other systems
    than Linux there is no such signal, and nothing happens.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before the call
                os._exit(1)

    return die_with_parent
