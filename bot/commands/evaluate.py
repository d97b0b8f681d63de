"""`python -m bot evaluate`"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from bot.assistant.rasa import Rasa
from bot.brand import load_brand
from bot.commands.alone import rasa_alone
from bot.guard import load_guard
from bot.settings import read_settings
from bot.trainers.evaluate import evaluate

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.argument("file", type=_FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write each row's result here.")
def command(file: Path, out: Path | None) -> None:
    """Measure the assistant on judged messages.

    Runs every row of FILE through the assistant and the rules, and prints how well they did.
    FILE is a CSV with a column text, and optionally language, surface (public or private),
    register, decision, answerable, sensitive and topic. Each row is a conversation of its own,
    with a Rasa of its own: customers are not disturbed, and nothing is kept.
    """
    click.echo(asyncio.run(_evaluate(file, out)))


async def _evaluate(file: Path, out: Path | None) -> str:
    settings = read_settings(os.environ)
    brand = load_brand(settings.brand_file)
    guard = load_guard(settings.guard_folder)
    async with rasa_alone(settings, Path.cwd(), _say) as address:
        assistant = Rasa(address)
        try:
            return await evaluate(
                file, out, assistant=assistant, brand=brand, guard=guard, progress=_progress
            )
        finally:
            await assistant.close()


def _progress(done: int, total: int) -> None:
    if done % 50 == 0 or done == total:
        _say(f"{done} of {total} messages")


def _say(line: str) -> None:
    click.echo(line, err=True)
