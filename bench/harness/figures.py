"""What is measured, as values that are written to a file."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """One number and what it should be.

    `value` is a ratio where `unit` is ×. `target` is None where a figure is for information;
    `at_least` says on which side of the target it should be. `absolute` tells what the ratio is
    made of, in words.
    """

    what: str
    value: float
    unit: str = "×"
    target: float | None = None
    at_least: bool = True
    absolute: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether it is as it should be; None where nothing is asked of it."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def margin(self) -> float | None:
        """How many times better than asked for: 1 is just enough; None where nothing is asked."""
        if self.target is None:
            return None
        better, worse = (self.value, self.target) if self.at_least else (self.target, self.value)
        return better / worse if worse else float("inf")


class Measured(Struct, frozen=True, kw_only=True):
    """What a measure brings back; `details` are all its numbers, in any shape that JSON has.

    `failed` says why there are no figures.
    """

    name: str
    figures: tuple[Figure, ...] = ()
    details: dict[str, Any] = {}
    seconds: float = 0.0
    failed: str = ""


class Machine(Struct, frozen=True, kw_only=True):
    """What it was measured on; `load` is that of the minute before."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    edge_python: str
    load: float


class Results(Struct, frozen=True, kw_only=True):
    """One run of the benchmark."""

    at: str
    commit: str
    model: str
    quick: bool
    options: dict[str, Any]
    machine: Machine
    measured: tuple[Measured, ...]

    @property
    def reached(self) -> bool:
        """Whether everything was measured and is as it should be."""
        figures = [figure for it in self.measured for figure in it.figures]
        return not any(it.failed for it in self.measured) and all(it.reached is not False for it in figures)
