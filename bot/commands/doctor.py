"""`python -m bot doctor`"""

from __future__ import annotations

import asyncio
import os

import click

from bot.commands.checkup import Finding, check_up

_MARKS = {"good": "ok   ", "note": "note ", "wrong": "WRONG"}
_COLOURS = {"good": "green", "note": "yellow", "wrong": "red"}


@click.command("doctor")
def command() -> None:
    """Say in plain words what is missing or wrong.

    Exits with 1 when something is wrong; what is only switched off or not running is noted.
    """
    findings = asyncio.run(check_up(os.environ))
    for finding in findings:
        _show(finding)
    wrong = sum(finding.state == "wrong" for finding in findings)
    click.echo(f"\n{wrong or 'Nothing'} wrong." if wrong != 1 else "\nOne thing wrong.")
    if wrong:
        raise click.exceptions.Exit(1)


def _show(finding: Finding) -> None:
    mark = click.style(_MARKS[finding.state], fg=_COLOURS[finding.state])
    click.echo(f"{mark}  {finding.subject}: {finding.words}")
    if finding.remedy:
        click.echo(f"       -> {finding.remedy}")
