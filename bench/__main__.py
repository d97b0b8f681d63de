"""`python -m bench`: how fast the product is, against what is asked of it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

import click
import msgspec

from bench.harness.figures import Measured, Results
from bench.harness.machine import commit, this_machine
from bench.harness.workshop import FOLDER, Options, Workshop
from bench.measures import MEASURES
from bench.page import page
from bench.picture import draw
from bot.errors import RelaisError
from bot.supervisor import Supervisor, model

# A whole run is kept with the sources; a part of one, or a trial, is not.
_KEPT = (Path("bench/results/latest.json"), Path("docs/performance.md"), Path("docs/images/performance.svg"))
_TRIED = tuple(FOLDER / file.name for file in _KEPT)
_EDGE = "var/edge/bin/python"
# A measure that is stuck must not keep the others from being taken, in seconds.
_LONGEST = 1200.0


@click.command("bench")
@click.option("--only", default="", help=f"Of {', '.join(MEASURES)}: these, with commas between.")
@click.option("--quick", is_flag=True, help="Few messages, to try it out: the figures say little.")
@click.option("--model", "chosen", type=click.Path(exists=True, path_type=Path), help="Of the product.")
@click.option("--rasa-servers", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Worker processes; 0: the gateway works itself.",
)
@click.option("--seed", default=2026, show_default=True, help="Of the order of messages and arrivals.")
@click.option(
    "--edge-python",
    default=lambda: _EDGE if Path(_EDGE).exists() else sys.executable,
    show_default="that of `make edge`, where there is one",
    help="Of gateway, workers and the bare handler.",
)
def command(
    only: str,
    quick: bool,
    chosen: Path | None,
    rasa_servers: int,
    workers: int,
    seed: int,
    edge_python: str,
) -> None:
    """Measure the product against bare ones and against what it must reach, about 25 minutes.

    A whole run writes bench/results/latest.json and docs/performance.md; a part of one, or a quick
    one, writes the same files into var/bench. Exit code 1 where something is not reached.
    """
    names = _names(only)
    root = Path.cwd()
    options = Options(
        model=chosen or asyncio.run(_model(root)),
        rasa_servers=rasa_servers,
        workers=workers,
        edge_python=edge_python,
        quick=quick,
        seed=seed,
    )
    results = asyncio.run(_run(Workshop(root, options, _say), names))
    files = _TRIED if only or quick else _KEPT
    _write(results, files)
    click.echo(page(results))
    _say(f"written to {', '.join(map(str, files))}")
    raise SystemExit(0 if results.reached else 1)


async def _run(workshop: Workshop, names: Sequence[str]) -> Results:
    options = workshop.options
    machine = this_machine(options.edge_python)
    measured = [await _take(name, MEASURES[name], workshop) for name in names]
    return Results(
        at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        commit=commit(workshop.root),
        model=options.model.name,
        quick=options.quick,
        options={"rasa_servers": options.rasa_servers, "workers": options.workers, "seed": options.seed},
        machine=machine,
        measured=tuple(measured),
    )


async def _take(
    name: str, measure: Callable[[Workshop], Awaitable[Measured]], workshop: Workshop
) -> Measured:
    """One measure. What it fails of is noted, and the others are taken."""
    began = time.monotonic()
    try:
        measured = await asyncio.wait_for(measure(workshop), _LONGEST)
    except asyncio.TimeoutError:
        measured = Measured(name=name, failed=f"it took longer than {_LONGEST / 60:g} minutes")
    except (RelaisError, OSError) as error:
        measured = Measured(name=name, failed=str(error) or type(error).__name__)
    if measured.failed:
        workshop.say(f"{name} failed: {measured.failed}")
    return msgspec.structs.replace(measured, seconds=round(time.monotonic() - began, 1))


async def _model(root: Path) -> Path:
    """The model of the present data; trained where there is none."""
    trained = model.path(root)
    if not trained.exists():
        _say("training the product's model ...")
        trained = await model.train(root, Supervisor(_say), _say)
    return trained


def _names(only: str) -> list[str]:
    names = [name.strip() for name in only.split(",") if name.strip()] or list(MEASURES)
    if unknown := [name for name in names if name not in MEASURES]:
        raise click.BadParameter(f"there is no {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    return names


def _write(results: Results, files: Sequence[Path]) -> None:
    data, text, picture = files
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
    text.write_text(page(results), encoding="utf8")
    draw(results, picture)


def _say(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)


if __name__ == "__main__":
    command(prog_name="python -m bench")
