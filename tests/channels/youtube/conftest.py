"""YouTube for all tests here, and an account of the brand on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.youtube import YouTube
from tests.channels.youtube.contract import SECRETS, account
from tests.channels.youtube.rests import Rests
from tests.fakes.clock import FakeClock
from tests.fakes.follower import Follower
from tests.fakes.youtube import FakeYouTube, Person


@pytest.fixture
def clock() -> FakeClock:
    """Noon in Greenwich, four o'clock in the night on the Pacific coast."""
    return FakeClock()


@pytest.fixture
async def youtube(clock: FakeClock) -> AsyncIterator[FakeYouTube]:
    """The server."""
    async with FakeYouTube(clock) as server:
        yield server


@pytest.fixture
def ann(youtube: FakeYouTube) -> Person:
    """A customer."""
    return youtube.person("@ann")


@pytest.fixture
def bob(youtube: FakeYouTube) -> Person:
    """Another one."""
    return youtube.person("@bob.k")


@pytest.fixture
def rests(clock: FakeClock) -> Rests:
    """The rests that the channel takes: the clock goes on, nobody waits."""
    return Rests(clock)


@pytest.fixture
async def channel(youtube: FakeYouTube, clock: FakeClock, rests: Rests) -> AsyncIterator[YouTube]:
    """The channel of the account."""
    channel = YouTube(account(**youtube.options), SECRETS, timeout=1, clock=clock, rest=rests)
    yield channel
    await channel.close()


@pytest.fixture
async def follower(channel: YouTube) -> AsyncIterator[Follower]:
    """Reads what the channel fetches."""
    follower = Follower(channel)
    yield follower
    await follower.stop()
