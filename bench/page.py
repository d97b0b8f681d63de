"""The page on performance, from the figures of a run. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bench.harness.figures import Figure, Measured, Results
from bench.method import METHOD

_HEAD = """# Performance

<!-- Written by `make bench`: changes by hand are lost at the next run. -->
"""
_TRIAL = "**A trial with few messages: these figures say little.**\n"
_PICTURE = "![How far each figure is from what is asked of it](images/performance.svg)\n"
_VERDICTS = {True: "yes", False: "**no**", None: ""}


def page(results: Results) -> str:
    """docs/performance.md."""
    trial = [_TRIAL] if results.quick else []
    lines = [_HEAD, *trial, *_origin(results), _PICTURE, *_table(results), *_failures(results), "", METHOD]
    return "\n".join([*lines, *_noise(results)]).rstrip() + "\n"


def _origin(results: Results) -> Iterator[str]:
    machine, options = results.machine, results.options
    workers = options["workers"] or "none of their own: the gateway works itself"
    yield f"Measured on {results.at[:10]} at commit {results.commit or 'unknown'}, in one run:\n"
    yield f"- {machine.cores} cores of {machine.processor}, {machine.memory_gb:g} GB, {machine.system}"
    edge = machine.edge_python
    yield f"- Python {edge} for gateway, workers and the bare handler, {machine.python} for everything else"
    yield f"- model {results.model.partition('.')[0]}, seed {options['seed']}"
    yield f"- the product with {options['rasa_servers']} Rasa server(s); workers: {workers}\n"


def _table(results: Results) -> Iterator[str]:
    yield "| what | figure | target | reached | absolute, in this run |"
    yield "|---|---|---|---|---|"
    for it in results.measured:
        for figure in it.figures:
            yield _row(figure)


def _row(figure: Figure) -> str:
    cells = (figure.what, value_of(figure), _target(figure), _VERDICTS[figure.reached], figure.absolute)
    return f"| {' | '.join(cells)} |"


def value_of(figure: Figure) -> str:
    """A figure with its unit, as exact as it is worth."""
    return _number(figure.value, figure.unit)


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {_number(figure.target, figure.unit)}"


def _number(value: float, unit: str) -> str:
    if unit == "×":
        return f"{value:.2f} ×"
    shown = f"{value:.1f}".removesuffix(".0")
    return f"{shown} {unit}".strip()


def _failures(results: Results) -> Iterator[str]:
    failed = [it for it in results.measured if it.failed]
    if failed:
        yield "\nNot measured:\n"
    for it in failed:
        yield f"- {it.name}: {' '.join(it.failed.split())}"


def _noise(results: Results) -> Iterator[str]:
    """How busy others kept the machine meanwhile: what they took was missing."""
    busy = [others for it in results.measured for others in _others(it)]
    if busy:
        yield (
            f"\nOther processes of the machine kept {max(busy):.2f} cores busy at most during a measure "
            f"of this run, {sum(busy) / len(busy):.2f} on average."
        )


def _others(measured: Measured) -> Iterator[float]:
    """Wherever in the details it is noted."""
    pending: list[object] = [measured.details]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            pending += found.values()
            if isinstance(found.get("others"), float):
                yield found["others"]
        elif isinstance(found, list):
            pending += found
