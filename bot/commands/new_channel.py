"""`python -m bot new-channel`"""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.skeleton import plan, write

_NEXT = """
It speaks to a platform that is made up, and works:

  .venv/bin/pytest tests/contract tests/channels/{name} -k {name}
  .venv/bin/ruff check . && .venv/bin/mypy

docs/add-a-channel.md tells how to make it real. To give it an account, add this to `accounts` in
brand.yml, and the two variables to .env.example:

  - channel: {name}
    id: nimbea
    market: fr
    secrets: {{token: {constant}_NIMBEA_TOKEN, webhook: {constant}_NIMBEA_WEBHOOK_SECRET}}
    options: {{shop_id: "shop-1"}}
"""


@click.command("new-channel")
@click.argument("name")
def command(name: str) -> None:
    """Write the skeleton of a channel called NAME, for developers.

    Folder, registry line, etiquette, payloads, fake platform and tests: all of them work, with a
    platform that is made up. No file is overwritten; where the name cannot be, nothing is written.
    """
    made = plan(Path.cwd(), name)
    write(Path.cwd(), made)
    for file in made.new:
        click.echo(f"new      {file}")
    for file in made.changed:
        click.echo(f"changed  {file}")
    click.echo(_NEXT.format(name=name, constant=name.upper()).rstrip())
