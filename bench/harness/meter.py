"""What a phase of a measure took: time, and the cores by process."""

from __future__ import annotations

import time
from collections.abc import Sequence

from msgspec import Struct

from bench.harness.processes import Process
from bench.harness.usage import machine_seconds

# They live in the process of the benchmark.
PEOPLE = "people and platform"


class Spent(Struct, frozen=True, kw_only=True):
    """`cores` says how many cores each process kept busy on average; `others` those of processes
    that do not belong to the measure: where a machine has other things to do, figures are noisy.
    """

    seconds: float
    cores: dict[str, float]
    others: float


class Meter:
    """Measures from its creation on."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = tuple(processes)
        self._began = time.perf_counter()
        self._machine = machine_seconds()
        self._computed = self._compute()

    def read(self) -> Spent:
        """What was spent so far."""
        seconds = time.perf_counter() - self._began
        cores = {name: (now - self._computed[name]) / seconds for name, now in self._compute().items()}
        all_cores = (machine_seconds() - self._machine) / seconds
        return Spent(
            seconds=round(seconds, 2),
            cores={name: round(busy, 2) for name, busy in cores.items()},
            others=round(max(all_cores - sum(cores.values()), 0.0), 2),
        )

    def _compute(self) -> dict[str, float]:
        return {PEOPLE: time.process_time()} | {it.name: it.cpu_seconds() for it in self._processes}
