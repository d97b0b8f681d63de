"""The assistant, the guard and the rules as they are, for commands that read many messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from bot.assistant.rasa import Rasa
from bot.brand import load_brand
from bot.commands.alone import rasa_alone
from bot.guard import load_guard
from bot.settings import Settings
from bot.trainers.evaluate import Judge


@asynccontextmanager
async def judging(settings: Settings) -> AsyncIterator[Judge]:
    """A judge with a Rasa of its own."""
    brand = load_brand(settings.brand_file)
    guard = load_guard(settings.guard_folder)
    async with rasa_alone(settings, Path.cwd(), say) as address:
        assistant = Rasa(address)
        try:
            yield Judge(assistant, brand, guard)
        finally:
            await assistant.close()


def progress(done: int, total: int) -> None:
    """Tell now and then how many messages are read."""
    if done % 50 == 0 or done == total:
        say(f"{done} of {total} messages")


def say(line: str) -> None:
    """Tell the person who waits, beside the output."""
    click.echo(line, err=True)
