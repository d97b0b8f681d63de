"""The brand's colour as a style sheet that can be read."""

from __future__ import annotations

_INK = "#16181d"
_PAPER = "#ffffff"


def style_sheet(colour: str) -> str:
    """Custom properties: the brand's colour, and the one of text on it."""
    return f":root {{\n  --brand: {colour};\n  --on-brand: {on(colour)};\n}}\n"


def on(colour: str) -> str:
    """White or near-black, whichever stands out more from a `#rrggbb`."""
    return max((_PAPER, _INK), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    if share <= 0.04045:
        return share / 12.92
    linear: float = ((share + 0.055) / 1.055) ** 2.4
    return linear
