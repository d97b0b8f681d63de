"""What a run is told as."""

from __future__ import annotations

from collections import defaultdict

from tests.faults.run import Outcome
from tests.faults.storm import Struck

_SHOWN = 40


def report(outcome: Outcome, repeat: str) -> str:
    """A table of the faults, the figures, and what was found; `repeat` is the command for another run."""
    parts = [_heading(outcome), _faults(outcome.struck), _figures(outcome), _verdict(outcome)]
    return "\n\n".join([*parts, f"Again: {repeat}\nLogs:  {outcome.logs}"])


def _heading(outcome: Outcome) -> str:
    title = f"{outcome.plan.shape.name}, seed {outcome.plan.seed}"
    return f"{title}\n{'=' * len(title)}"


def _faults(struck: list[Struck]) -> str:
    grouped: dict[str, list[Struck]] = defaultdict(list)
    for one in struck:
        grouped[one.name].append(one)
    rows = [f"{'fault':<52} {'times':>5} {'seconds':>8} {'messages meanwhile':>19}"]
    for name in sorted(grouped):
        times, lasted = len(grouped[name]), sum(one.lasted for one in grouped[name])
        rows.append(f"{name:<52} {times:>5} {lasted:>8.1f} {sum(one.said for one in grouped[name]):>19}")
    rows.append(f"{'all':<52} {len(struck):>5}")
    return "\n".join(rows)


def _figures(outcome: Outcome) -> str:
    rows = [f"{name:<52} {number:>5}" for name, number in outcome.figures.items()]
    rows.append(f"{'seconds from the last fault to rest':<52} {outcome.rested_in:>5.0f}")
    rows += [f"{name + ' ended by itself':<52} {len(codes):>5}" for name, codes in outcome.deaths.items()]
    return "\n".join(rows)


def _verdict(outcome: Outcome) -> str:
    if outcome.is_well:
        return "Everything accepted was handled, everything was said once and in order, nobody is forgotten."
    rows = [f"still unfinished: {number} {name}" for name, number in outcome.unfinished.items()]
    for finding in outcome.findings[:_SHOWN]:
        where = "" if finding.conversation is None else f"conversation {finding.conversation}: "
        rows.append(f"{finding.check}: {where}{finding.words}")
    if len(outcome.findings) > _SHOWN:
        rows.append(f"... and {len(outcome.findings) - _SHOWN} more")
    return "\n".join(["NOT WELL", *rows])
