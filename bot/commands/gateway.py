"""`python -m bot gateway`"""

from __future__ import annotations

import asyncio
import logging
import os

import click

from bot.app import serve
from bot.commands.prepare import prepare
from bot.settings import read_settings


@click.command("gateway")
def command() -> None:
    """Run the gateway alone: channels, web chat, desk and outbox.

    Rasa and the action server run elsewhere (RELAIS_RASA_URL); `up` runs all three.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = read_settings(os.environ)
    if login := prepare(settings):
        click.echo(f"First login at the desk: {login}")
    asyncio.run(serve(settings))
