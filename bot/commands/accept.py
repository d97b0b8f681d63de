"""`python -m bot accept`"""

from __future__ import annotations

from pathlib import Path

import click

from bot.supervisor import model
from bot.trainers.accept import accept
from bot.trainers.figures import ACCEPTED


@click.command("accept")
@click.option("--because", metavar="REASON", default="", help="Why a loss is accepted; kept with it.")
def command(because: str) -> None:
    """Make the last evaluation the one that later releases are compared with.

    Takes what `make evaluate` found for the present files and writes it to
    tests/nlu/accepted.json, to be committed. Where the gate refuses the release, a REASON is
    needed, and is written there too.
    """
    root = Path.cwd()
    for loss in accept(root, model=model.fingerprint(root), because=because):
        click.echo(f"accepted all the same: {loss.words}")
    click.echo(f"Later releases are compared with this one. Commit {ACCEPTED}.")
