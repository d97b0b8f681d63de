"""`python -m bot gateway`"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress

import click

from bot.app import serve
from bot.commands.prepare import prepare
from bot.details.logs import Masking
from bot.settings import Settings, read_settings


@click.command("gateway")
def command() -> None:
    """Run the gateway alone: channels, chat, desk.

    Rasa and the action server run elsewhere (RELAIS_RASA_URL); `up` runs all three.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(Masking("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = read_settings(os.environ)
    if login := prepare(settings):
        click.echo(f"First login at the desk: {login}")
    asyncio.run(_until_told(settings))


async def _until_told(settings: Settings) -> None:
    serving = asyncio.ensure_future(serve(settings, os.environ))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
