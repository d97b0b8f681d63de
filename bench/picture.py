"""The figures of a run as a picture: how far each is from what is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.harness.figures import Figure, Results

_GOOD, _BAD, _INK, _PALE = "#3a7d34", "#be3c1e", "#1d2733", "#d7dde3"
# Beyond that a bar says nothing more.
_FARTHEST = 10.0
_LONGEST = 72


def draw(results: Results, file: Path) -> None:
    """Draw a bar for each figure that has a target, and write it as SVG."""
    import matplotlib as mpl  # type: ignore[import-untyped]  # it ships no types

    mpl.use("svg")
    from matplotlib import pyplot

    bars = [figure for it in results.measured for figure in it.figures if figure.margin is not None]
    # The same figures give the same file.
    settings = {"svg.hashsalt": "relais", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    with mpl.rc_context(settings):
        sheet, axes = pyplot.subplots(figsize=(9, 0.9 + 0.42 * max(len(bars), 1)), layout="constrained")
        _fill(axes, bars)
        sheet.savefig(file, format="svg", metadata={"Date": None})
        pyplot.close(sheet)


def length_of(figure: Figure) -> float:
    """The length of its bar: 1 is just what is asked, more is better; kept within the picture."""
    return min(max(figure.margin or 0.0, 1 / _FARTHEST), _FARTHEST)


def _fill(axes: Any, bars: list[Figure]) -> None:
    lengths = [length_of(figure) for figure in bars]
    colours = [_GOOD if figure.reached else _BAD for figure in bars]
    axes.barh(range(len(bars)), [length - 1 for length in lengths], left=1, color=colours, height=0.6)
    axes.set_xscale("log")
    axes.set_xlim(1 / _FARTHEST, _FARTHEST)
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "just\nreached", "2×", "5×", "10×"])
    axes.set_yticks(range(len(bars)), [_shortened(figure.what) for figure in bars])
    axes.invert_yaxis()
    axes.axvline(1, color=_INK, linewidth=1)
    axes.grid(axis="x", color=_PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("times as good as it must be")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
