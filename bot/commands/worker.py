"""`python -m bot worker`"""

from __future__ import annotations

import os

import click

from bot.commands.running import run
from bot.logs import keep_log
from bot.settings import read_settings


@click.command("worker")
def command() -> None:
    """Run a worker: turns, sending, polling, for messages that gateways accept.

    It tells of its health and its figures at RELAIS_WORKER_PORT. Told to stop, it gives back what
    it holds; killed, others take it when its leases end.
    """
    settings = read_settings(os.environ)
    keep_log("worker", settings.log_style, settings.log_level)
    run(settings, accepts=False, works=True)
