"""`python -m bot connect`, as if it were a process."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from click.testing import CliRunner, Result

from bot.commands import main

TOKEN, WEBHOOK = "4242:AAF-made_up_for_tests", "made-up_webhook-secret"


async def said(*arguments: str, typed: str = "", code: int = 0) -> str:
    """What is printed, once the command has ended with that code."""
    ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    threading.Thread(target=_invoke, args=(ended, arguments, typed), daemon=True).start()
    result = await asyncio.wait_for(ended, 30)
    assert result.exit_code == code, result.output
    assert TOKEN not in result.output
    assert WEBHOOK not in result.output
    return result.output


def _invoke(ended: asyncio.Future[Result], arguments: tuple[str, ...], typed: str) -> None:
    """In a thread that nobody waits for: one that hangs must not hang the tests."""
    result = CliRunner().invoke(main, ["connect", *arguments], input=typed)
    with suppress(RuntimeError):  # the test has given up
        ended.get_loop().call_soon_threadsafe(_tell, ended, result)


def _tell(ended: asyncio.Future[Result], result: Result) -> None:
    if not ended.done():
        ended.set_result(result)
