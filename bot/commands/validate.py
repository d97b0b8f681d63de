"""`python -m bot validate`"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import click

from bot.brand import Brand, load_brand
from bot.guard import failures, load_guard
from bot.settings import Settings, read_settings
from bot.trainers.remarks import Remark
from bot.trainers.validate import validate, validate_online

_HINTS_SHOWN = 10


@click.command("validate")
@click.option("--online", is_flag=True, help="Ask every page that answers link to whether it is there.")
@click.option("--hints", is_flag=True, help="Show all hints, not only the first.")
def command(online: bool, hints: bool) -> None:
    """Check what trainers write: brand.yml, examples, answers, links and the guard's rules.

    Names file and line of everything that is wrong: contradictions, examples that stand twice or
    in tests/nlu or hold personal data, topics that are missing in a language, answers that are too
    long, links that lead nowhere, test sentences of the guard that fail. Hints are worth a look
    and fail nothing. `make validate` has Rasa look at the data as well.
    """
    settings = read_settings(os.environ)
    wrong = _checked(settings, load_brand(settings.brand_file), online, hints)
    if wrong:
        raise click.ClickException(f"{wrong} to put right." if wrong > 1 else "One thing to put right.")
    click.echo("brand.yml, the guard's rules, examples, answers and links are in order.")


def _checked(settings: Settings, brand: Brand, online: bool, hints: bool) -> int:
    """Tell all that is found; how much of it is wrong."""
    remarks = validate(Path.cwd(), brand)
    if online:
        remarks += asyncio.run(validate_online(Path.cwd()))
    errors = [str(remark) for remark in remarks if not remark.is_hint]
    errors += failures(load_guard(settings.guard_folder))
    for error in errors:
        click.echo(error)
    _tell_hints([remark for remark in remarks if remark.is_hint], hints)
    return len(errors)


def _tell_hints(hints: Sequence[Remark], all_of_them: bool) -> None:
    # Long answers are many and well known; what is odd about an example is news.
    news = sorted(hints, key=lambda hint: hint.place.startswith("data/answers/"))
    shown = news if all_of_them else news[:_HINTS_SHOWN]
    for hint in shown:
        click.echo(str(hint))
    if len(hints) > len(shown):
        click.echo(f"... and {len(hints) - len(shown)} more hints: python -m bot validate --hints")
