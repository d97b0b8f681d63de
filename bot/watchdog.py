"""Ends a process whose event loop stands still: what it holds goes to others, and it is started again.

One text may hold the loop for ever, as a pattern does that never ends on it. Nothing within the process
can say so then, not even another thread, so the kernel keeps the time.
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# How long a loop may stand still, in seconds: longer than a busy machine lets it wait. Who is paused for
# longer has lost what he held, and ends when he goes on.
PATIENCE = 60.0
# So often in that time a loop that is alive shows it.
_SIGNS = 10


@asynccontextmanager
async def watched(patience: float = PATIENCE) -> AsyncIterator[None]:
    """Within the block SIGALRM ends the process once its loop has stood still for `patience` seconds.

    Before that each thread's place in the code goes to stderr, without anybody's words. For the main
    thread only.
    """
    faulthandler.register(signal.SIGALRM, chain=True)
    showing = asyncio.create_task(_show_signs_of_life(patience))
    try:
        yield
    finally:
        showing.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.unregister(signal.SIGALRM)


async def _show_signs_of_life(patience: float) -> None:
    while True:
        signal.setitimer(signal.ITIMER_REAL, patience)
        await asyncio.sleep(patience / _SIGNS)
