"""The product connected to a platform: what most measures are made on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from bench.harness.meter import PEOPLE, Meter
from bench.harness.platform import BOTS_PER_MARKET, Platform
from bench.harness.product import Product, Setup, product
from bench.harness.workshop import Workshop

# How many cores a product at rest keeps busy at most, and how long it is waited for, in seconds.
_AT_REST, _LONGEST_START = 0.2, 60


class Stage(Struct, frozen=True, kw_only=True):
    """A running product, the platform it is connected to, and the folder of its state."""

    product: Product
    platform: Platform
    folder: Path

    @property
    def url(self) -> str:
        """The gateway's."""
        return self.product.url

    def meter(self) -> Meter:
        """Measures all its processes from now on."""
        return Meter(self.product.processes.all)


@asynccontextmanager
async def stage(
    workshop: Workshop, name: str, setup: Setup, *, bots_per_market: int = BOTS_PER_MARKET
) -> AsyncIterator[Stage]:
    """A product and a platform that end with the block."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(workshop.folder(name))
        platform = await stack.enter_async_context(Platform(bots_per_market))
        running = await stack.enter_async_context(product(workshop, setup, platform, folder))
        on = Stage(product=running, platform=platform, folder=folder)
        await _at_rest(on)
        yield on


async def _at_rest(on: Stage) -> None:
    """Wait until its processes have done what they do once, after their start."""
    for _ in range(_LONGEST_START):
        meter = on.meter()
        await asyncio.sleep(1)
        cores = meter.read().cores
        if sum(busy for name, busy in cores.items() if name != PEOPLE) < _AT_REST:
            return


def whole(workshop: Workshop) -> Setup:
    """The whole product, with as many processes as this run is to measure."""
    return Setup(workers=workshop.options.workers, rasa_servers=workshop.options.rasa_servers)


async def eventually(holds: Callable[[], bool], patience: float, every: float = 0.1) -> bool:
    """Wait until something holds, at most so many seconds; whether it does."""
    for _ in range(int(patience / every)):
        if holds():
            return True
        await asyncio.sleep(every)
    return holds()
