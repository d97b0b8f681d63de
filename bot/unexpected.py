"""Tells of an error that nobody foresaw: its kind and place, never its words.

What an exception says may quote what a customer wrote, so it is neither logged nor stored.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parent.parent


def place(error: BaseException) -> str:
    """The kind of an error and where our code met it: `ValueError at bot/inbox/accept.py:61 in accept`."""
    return f"{type(error).__name__} at {_ours(error)[-1]}"


def trail(error: BaseException) -> str:
    """The kind of an error and the way to it through our code, for logs."""
    return f"{type(error).__name__} at {' > '.join(_ours(error))}"


def _ours(error: BaseException) -> list[str]:
    """The steps that are our own code; where there is none, the last of the others."""
    steps = traceback.extract_tb(error.__traceback__)
    return list(_in_project(steps)) or [_step(step, Path(step.filename).name) for step in steps[-1:]] or ["?"]


def _in_project(steps: traceback.StackSummary) -> Iterator[str]:
    for step in steps:
        file = Path(step.filename)
        if file.is_relative_to(_ROOT / "bot"):
            yield _step(step, file.relative_to(_ROOT).as_posix())


def _step(step: traceback.FrameSummary, file: str) -> str:
    return f"{file}:{step.lineno} in {step.name}"
