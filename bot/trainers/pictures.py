"""Pictures of an evaluation, as SVG: any browser shows them, at any size. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from bot.trainers.calibration import Tenth

_INK, _PALE, _RIGHT, _WRONG = "#1d2733", "#d7dde3", "11,92,173", "190,60,30"
_FONT = 'font-family="system-ui, sans-serif" font-size="12"'
_COLOURS = ("#0b5cad", "#be3c1e", "#3a7d34")
_SIDE, _MARGIN = 360, 60


def confusion_picture(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> str:
    """A table of what was taken for what: rows are the truth, columns the guess.

    The darker a cell, the larger its share of the row; what is right is blue, what is wrong red.
    Resting the mouse on a cell names it.
    """
    longest = max(map(len, labels), default=0)
    # A letter of this size is about 7.5 wide; cells of many labels are smaller.
    edge, cell = 24 + 7.5 * longest, 44 if len(labels) < 15 else 22
    size = edge + cell * len(labels) + 20
    parts = [
        *_heads(labels, edge, cell),
        *_cells(counts, labels, edge, cell),
        _text(10, 20, "truth ↓  guess →"),
    ]
    return _svg(size, size, parts)


def reliability_picture(curves: Mapping[str, Sequence[Tenth]]) -> str:
    """How often the assistant is right against how confident it is; the diagonal is perfect."""
    size = _SIDE + 2 * _MARGIN
    parts = [*_axes(), _line([(0, 0), (1, 1)], _PALE, "4 4")]
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_line([(it.confidence, it.right) for it in curve], colour))
        parts += [_dot(it, colour) for it in curve]
        parts.append(_text(_MARGIN + 12, _MARGIN + 16 + 18 * number, name, colour=colour))
    return _svg(size, size, parts)


def _heads(labels: Sequence[str], edge: float, cell: int) -> Iterator[str]:
    for number, label in enumerate(labels):
        middle = edge + cell * number + cell / 2
        yield _text(edge - 6, middle + 4, label, anchor="end")
        turned = f'transform="rotate(-90 {middle + 4:g} {edge - 6:g})"'
        yield _text(middle + 4, edge - 6, label, extra=turned)


def _cells(counts: Sequence[Sequence[int]], labels: Sequence[str], edge: float, cell: int) -> Iterator[str]:
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            share = count / (sum(row) or 1)
            place = edge + cell * x, edge + cell * y
            colour = f"rgba({_RIGHT if x == y else _WRONG},{share**0.5:.2f})"
            told = escape(f"{labels[y]} taken for {labels[x]}: {count} of {sum(row)}")
            yield (
                f'<rect x="{place[0]:g}" y="{place[1]:g}" width="{cell}" height="{cell}" '
                f'fill="{colour}" stroke="{_PALE}"><title>{told}</title></rect>'
            )
            if count:
                ink = "#fff" if share > 0.4 else _INK
                yield _text(place[0] + cell / 2, place[1] + cell / 2 + 4, str(count), "middle", ink)


def _axes() -> Iterator[str]:
    for tenth in range(0, 11, 2):
        share = tenth / 10
        yield _line([(share, 0), (share, 1)], _PALE)
        yield _line([(0, share), (1, share)], _PALE)
        yield _text(*_at(share, -0.06), f"{share:.0%}", anchor="middle")
        yield _text(*_at(-0.02, share - 0.01), f"{share:.0%}", anchor="end")
    yield _text(*_at(0.5, -0.12), "confidence", anchor="middle")
    yield _text(*_at(-0.12, 1.06), "right")


def _at(confidence: float, right: float) -> tuple[float, float]:
    return _MARGIN + _SIDE * confidence, _MARGIN + _SIDE * (1 - right)


def _dot(tenth: Tenth, colour: str) -> str:
    x, y = _at(tenth.confidence, tenth.right)
    told = f"{tenth.count} messages of confidence {tenth.confidence:.2f}: {tenth.right:.0%} right"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{told}</title></circle>'


def _line(points: Sequence[tuple[float, float]], colour: str, dashes: str = "none") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(*point) for point in points))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-dasharray="{dashes}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = _INK, extra: str = "") -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{colour}"'
    return f"<text {place} {extra}>{escape(words)}</text>"


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {_FONT}>'
    background = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    return "\n".join([head, background, *parts, "</svg>"]) + "\n"
