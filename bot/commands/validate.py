"""`python -m bot validate`"""

from __future__ import annotations

import os

import click

from bot.brand import load_brand
from bot.guard import failures, load_guard
from bot.settings import read_settings


@click.command("validate")
def command() -> None:
    """Check brand.yml and the guard's rules.

    Says file, line and key of what is wrong, and which of the guard's own test sentences it
    misses or fires on by mistake. `make validate` checks the assistant's data as well.
    """
    settings = read_settings(os.environ)
    load_brand(settings.brand_file)
    wrong = list(failures(load_guard(settings.guard_folder)))
    for line in wrong:
        click.echo(line)
    if wrong:
        raise click.ClickException(f"{len(wrong)} of the guard's test sentences fail.")
    click.echo("brand.yml and the guard's rules are in order.")
