"""`python -m bot gateway`"""

from __future__ import annotations

import os

import click

from bot.commands.prepare import prepare
from bot.commands.running import run
from bot.logs import keep_log
from bot.settings import read_settings


@click.command("gateway")
@click.option("--accept-only", is_flag=True, help="Leave turns and sending to `python -m bot worker`.")
def command(accept_only: bool) -> None:
    """Run a gateway alone: channels, chat, desk, and the work unless others do it.

    Rasa and the action server run elsewhere (RELAIS_RASA_URL); `up` runs all of them. Any number
    of gateways and workers may share a database: on one machine, or with PostgreSQL on several.
    """
    settings = read_settings(os.environ)
    keep_log("gateway", settings.log_style, settings.log_level)
    if login := prepare(settings):
        click.echo(f"First login at the desk: {login}")
    run(settings, accepts=True, works=not accept_only)
