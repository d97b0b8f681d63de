"""`python -m bot evaluate`"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from bot.clock import now
from bot.commands.folds import cross_validate
from bot.commands.judging import judging, progress, say
from bot.settings import read_settings
from bot.supervisor import model
from bot.trainers.evaluate import evaluate
from bot.trainers.figures import ACCEPTED, RESULTS, load
from bot.trainers.material import read_topics
from bot.trainers.publish import publish
from bot.trainers.release import Evidence, evaluation_of, origin, see_held_out

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDS = click.IntRange(min=0, max=20)


@click.command("evaluate")
@click.argument("file", type=_FILE, required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write each row's result here.")
@click.option(
    "--folds", type=_FOLDS, default=3, show_default=True, help="Of the cross-validation; 0 leaves it out."
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=6000,
    show_default=True,
    help="Of the cross-validation at most; 0: all.",
)
def command(file: Path | None, out: Path | None, folds: int, examples: int) -> None:
    """Measure the assistant on judged messages: those of FILE, or a whole release.

    With FILE, runs its rows through the assistant and the rules, and prints how well they did.
    FILE is a CSV with a column text, and optionally language, surface (public or private),
    register, decision, answerable, sensitive, topic and set. Each row is a conversation of its
    own, with a Rasa of its own: customers are not disturbed, and nothing is kept.

    Without FILE, does so with all of tests/nlu, cross-validates the examples of data/nlu, writes
    figures, pictures and confusions to results/, and compares them with the release that was
    accepted last (tests/nlu/accepted.json). It fails where this one loses ground.
    """
    if file:
        click.echo(asyncio.run(_evaluate(file, out)))
        return
    root = Path.cwd()
    measured, accepted = origin(root, model.fingerprint(root)), load(root / ACCEPTED)
    evidence = asyncio.run(_see(folds, examples))
    present = evaluation_of(evidence, measured, now())
    published = publish(evidence, present, accepted, root / RESULTS)
    click.echo(published.gist)
    if published.losses:
        raise click.ClickException(f"Refused: {RESULTS}/evaluation.md says more, docs/trainers.md the rest.")


async def _evaluate(file: Path, out: Path | None) -> str:
    async with judging(read_settings(os.environ)) as judge:
        return await evaluate(file, out, judge=judge, topics=read_topics(Path.cwd()), progress=progress)


async def _see(folds: int, examples: int) -> Evidence:
    async with judging(read_settings(os.environ)) as judge:
        messages = await see_held_out(Path.cwd(), judge, progress)
    reads = await cross_validate(folds, examples, say) if folds else []
    return Evidence(messages=messages, reads=reads)
