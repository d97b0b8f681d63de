"""The product connected to a platform: what most measures are made on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from bench.harness.meter import Meter
from bench.harness.platform import BOTS_PER_MARKET, Platform
from bench.harness.product import Product, Setup, product
from bench.harness.workshop import Workshop


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
        yield Stage(product=running, platform=platform, folder=folder)


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
