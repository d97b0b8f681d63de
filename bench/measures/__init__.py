"""One module per measure; each brings back figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bench.harness.figures import Measured
from bench.harness.workshop import Workshop
from bench.measures import accepting, burst, length, memory, queue, response, scaling, turns

MEASURES: dict[str, Callable[[Workshop], Awaitable[Measured]]] = {
    turns.NAME: turns.measure,
    response.NAME: response.measure,
    burst.NAME: burst.measure,
    accepting.NAME: accepting.measure,
    length.NAME: length.measure,
    queue.NAME: queue.measure,
    memory.NAME: memory.measure,
    scaling.NAME: scaling.measure,
}
