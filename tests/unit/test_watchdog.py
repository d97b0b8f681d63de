"""Each in a process of its own, which the watchdog may end."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap


async def run(block: str, after: str = "pass") -> tuple[int, str]:
    """Run these lines under a watchdog of two seconds, then others; exit code and stderr."""
    script = f"""\
import asyncio, re, signal
from bot.watchdog import watched

async def read_a_text():
    async with watched(2):
        await asyncio.sleep(0)
{textwrap.indent(block, " " * 8)}
    {after}

asyncio.run(read_a_text())
"""
    command = (sys.executable, "-c", script)
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode()


async def test_a_loop_that_a_pattern_holds_for_ever_ends_its_process_and_tells_where() -> None:
    code, told = await run("re.match('(a+)+$', 'a' * 60 + 'b')")
    assert code == -signal.SIGALRM
    assert "in read_a_text" in told
    assert "aaa" not in told


async def test_a_loop_that_goes_on_is_left_alone() -> None:
    assert await run("for _ in range(13): await asyncio.sleep(0.2)") == (0, "")


async def test_nobody_watches_after_the_end() -> None:
    assert await run("pass", after="assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)") == (0, "")
