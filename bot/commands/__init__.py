"""The command line. Each command is a module here, imported when it is asked for."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click

from bot.commands.environment import read_env_file
from bot.errors import RelaisError

MODULES = {
    "up": "up",
    "gateway": "gateway",
    "worker": "worker",
    "talk": "talk",
    "doctor": "doctor",
    "connect": "connect",
    "user": "user",
    "replay": "replay",
    "manners": "manners",
    "examples": "examples",
    "evaluate": "evaluate",
    "accept": "accept",
    "train": "train",
    "validate": "validate",
    "new-channel": "new_channel",
}


class Commands(click.Group):
    """Imports a command only when it is asked for: the gateway starts without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        command: click.Command = import_module(f"bot.commands.{MODULES[cmd_name]}").command
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RelaisError as error:
            raise click.ClickException(str(error)) from error


@click.command(cls=Commands)
def main() -> None:
    """Relais answers a brand's customers within a second and hands over to a human.

    `up` runs the whole product on this machine. Settings come from the environment, or from the
    file .env in the current directory; .env.example lists them.
    """
    for name, value in read_env_file(Path(".env")).items():
        os.environ.setdefault(name, value)
