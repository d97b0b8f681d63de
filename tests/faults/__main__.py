"""`python -m tests.faults`: the long version."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import click
from msgspec import structs

from bot.errors import RelaisError
from bot.supervisor import model
from tests.faults.installation import ROOT, Shape
from tests.faults.report import report
from tests.faults.run import Outcome, Plan, run

SHAPES = {
    "sqlite": Shape(name="one process on SQLite", small_disk=True),
    "sqlite-workers": Shape(name="two workers on SQLite", workers=2, small_disk=True),
    "postgres": Shape(name="two workers on PostgreSQL with Redis", postgres=True, redis=True, workers=2),
}
# The share of the time that each gets.
SHARES = {"sqlite": 0.2, "sqlite-workers": 0.2, "postgres": 0.6}


@click.command()
@click.option("--seed", type=int, help="What happens; a number of its own unless given.")
@click.option("--minutes", type=float, default=15.0, show_default=True, help="How long faults go on in all.")
@click.option("--rate", type=float, default=4.0, show_default=True, help="Messages a second.")
@click.option("--shape", "shapes", multiple=True, type=click.Choice(list(SHAPES)), help="Only these.")
@click.option("--only", default="", help="Only faults with these words in their name.")
@click.option("--stand-in", is_flag=True, help="A stand-in answers in the place of Rasa.")
def main(
    seed: int | None, minutes: float, rate: float, shapes: tuple[str, ...], only: str, stand_in: bool
) -> None:
    """Break real processes again and again, and reconcile what customers saw with the database."""
    seed = int(time.time()) if seed is None else seed
    wanted = shapes or tuple(SHAPES)
    trained = None if stand_in else newest_model()
    outcomes = []
    for name in wanted:
        shape = structs.replace(SHAPES[name], model=trained)
        plan = Plan(
            shape=shape,
            seed=seed,
            seconds=60 * minutes * SHARES[name] / sum(SHARES[one] for one in wanted),
            rate=rate,
            wanted=lambda fault: only in fault.name,
        )
        again = f"--seed {seed} --minutes {plan.seconds / 60:g} --rate {rate:g} --shape {name}"
        again += f" --only {only!r}" * bool(only) + " --stand-in" * stand_in
        outcomes.append(_run(plan, f"python -m tests.faults {again}"))
    sys.exit(0 if all(outcome.is_well for outcome in outcomes) else 1)


def newest_model() -> Path:
    """The model of today's data, else the newest there is: faults do not ask how well it reads."""
    trained = model.path(ROOT)
    if trained.exists():
        return trained
    found = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not found:
        raise click.ClickException("there is no trained model: make train, or --stand-in")
    return found[-1]


def _run(plan: Plan, repeat: str) -> Outcome:
    folder = Path(tempfile.mkdtemp(prefix="relais-faults-"))
    try:
        outcome = asyncio.run(run(plan, folder, click.echo))
    except RelaisError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"\n{report(outcome, repeat)}\n")
    return outcome


if __name__ == "__main__":
    main()
