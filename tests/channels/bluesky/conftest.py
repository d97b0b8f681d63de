"""A network for each test, with the brand's account and a customer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from bot.channels.bluesky import Bluesky
from tests.channels.bluesky.follower import Follower, Rests, channel_of
from tests.fakes import bluesky as fake
from tests.fakes.clock import FakeClock

Following = Callable[[], Awaitable[Follower]]


@pytest.fixture
def clock() -> FakeClock:
    """The time of the network and of the channel."""
    return FakeClock()


@pytest.fixture
def rests() -> Rests:
    """The rests that a channel would have taken."""
    return Rests()


@pytest.fixture
async def world(clock: FakeClock) -> AsyncIterator[fake.Bluesky]:
    """The network."""
    async with fake.Bluesky(clock=lambda: clock().timestamp()) as world:
        yield world


@pytest.fixture
def shop(world: fake.Bluesky) -> fake.FakePerson:
    """The brand's account."""
    return world.shop()


@pytest.fixture
def ann(world: fake.Bluesky, shop: fake.FakePerson) -> fake.FakePerson:
    """A customer."""
    return world.person("ann")


@pytest.fixture
async def channel(
    world: fake.Bluesky, shop: fake.FakePerson, clock: FakeClock, rests: Rests
) -> AsyncIterator[Bluesky]:
    """The channel of that account."""
    channel = channel_of(world, clock, rests)
    yield channel
    await channel.close()


@pytest.fixture
async def following(
    world: fake.Bluesky, shop: fake.FakePerson, clock: FakeClock, rests: Rests
) -> AsyncIterator[Following]:
    """Whoever reads what happens, from its place on; each is another process."""
    async with AsyncExitStack() as stack:

        async def follow() -> Follower:
            follower = Follower(channel_of(world, clock, rests), rests)
            stack.push_async_callback(follower.stop)
            return follower

        yield follow


@pytest.fixture
async def follower(following: Following) -> Follower:
    """One that has found its place already."""
    follower = await following()
    await follower.quiet()
    return follower
