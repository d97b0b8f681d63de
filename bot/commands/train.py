"""`python -m bot train`"""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.supervisor import Supervisor, model


@click.command("train")
@click.option("--again", is_flag=True, help="Train even though the model for these inputs exists.")
def command(again: bool) -> None:
    """Train the model unless it exists; print where it is.

    A model is kept under a hash of all that it is made of: configuration, domain, data, components
    and the versions of the libraries.
    """
    click.echo(asyncio.run(_train(Path.cwd(), again)))


async def _train(root: Path, again: bool) -> Path:
    trained = model.path(root)
    if trained.exists() and not again:
        return trained
    supervisor = Supervisor(_say)
    return await model.train(root, supervisor, _say)


def _say(line: str) -> None:
    click.echo(line, err=True)
