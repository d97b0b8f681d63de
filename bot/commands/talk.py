"""`python -m bot talk`"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import click

from bot.commands.conversation import Conversation, Spoken
from bot.commands.web import answers, gateway_url
from bot.errors import SettingsError
from bot.settings import read_settings

# How long a line that does not come from a keyboard waits for the answer to the one before.
_PATIENCE = 20.0


@click.command("talk")
@click.option("--language", help="A hint such as fr; otherwise the language is recognised.")
def command(language: str | None) -> None:
    """Talk with the running gateway in the terminal.

    The gateway sees a visitor of the web chat. Type a number to press the button of that number;
    Ctrl-D ends it. Lines may also come from a file or a pipe.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_talk(gateway_url(read_settings(os.environ)), language))


async def _talk(url: str, language: str | None) -> None:
    if not await answers(f"{url}/health"):
        raise SettingsError(f"No gateway answers at {url}. Start one in another terminal: make run")
    # The visitor's cookie is kept for numeric addresses too.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(url, cookie_jar=jar) as session:
        conversation = Conversation(session, _show, language=language)
        listening: asyncio.Task[None] | None = None
        try:
            async for line in _lines():
                await conversation.say(line)
                listening = listening or asyncio.create_task(conversation.listen())
                if not sys.stdin.isatty():
                    await _answer(conversation)
        finally:
            if listening:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening


async def _answer(conversation: Conversation) -> None:
    try:
        await asyncio.wait_for(conversation.answered.wait(), _PATIENCE)
    except asyncio.TimeoutError:
        click.echo(f"(no answer within {_PATIENCE:g} s)")


async def _lines() -> AsyncIterator[str]:
    """Lines from the keyboard. Their thread dies with the process, also in mid-line."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in iter(sys.stdin.readline, ""):
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        if line.strip():
            if not sys.stdin.isatty():
                click.echo(f"> {line.strip()}")
            yield line.strip()


def _show(spoken: Spoken) -> None:
    click.echo(f"{spoken.name or spoken.author}: {spoken.text}")
    for number, button in enumerate(spoken.buttons, start=1):
        click.echo(f"   [{number}] {button.title}")
