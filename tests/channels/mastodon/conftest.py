"""An instance of Mastodon for all tests here, and an account of the brand for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.channels.mastodon import Mastodon
from tests.channels.mastodon.contract import account
from tests.channels.mastodon.rests import Rests, channel_of
from tests.fakes.follower import Follower
from tests.fakes.mastodon import MISSING, PYTHON, MastodonMock, Somebody, mastodon_mock
from tests.fakes.paper_instance import PaperInstance, paper_instance


@pytest.fixture(scope="session")
def running() -> Iterator[MastodonMock]:
    """The server, started by the first test that wants it."""
    if not PYTHON.exists():
        pytest.skip(MISSING)
    with mastodon_mock() as server:
        yield server


@pytest.fixture
def mastodon(running: MastodonMock) -> MastodonMock:
    """The same, with nothing failing."""
    running.works()
    return running


@pytest.fixture
def shop(mastodon: MastodonMock) -> Somebody:
    """An account of the brand that nobody has used."""
    return mastodon.shop()


@pytest.fixture
def ann(mastodon: MastodonMock) -> Somebody:
    """A customer on the same instance."""
    return mastodon.person("ann")


@pytest.fixture
async def channel(mastodon: MastodonMock, shop: Somebody) -> AsyncIterator[Mastodon]:
    """The channel of that account."""
    channel = Mastodon(account(base_url=mastodon.url), {"token": shop.token}, timeout=2)
    yield channel
    await channel.close()


@pytest.fixture
def rests() -> Rests:
    """The rests that a channel would have taken."""
    return Rests()


@pytest.fixture
async def follower(paper: PaperInstance, rests: Rests) -> AsyncIterator[Follower]:
    """Reads what happens on the instance of paper."""
    follower = Follower(channel_of(paper, rests))
    yield follower
    await follower.stop()


@pytest.fixture
async def paper() -> AsyncIterator[PaperInstance]:
    """An instance that says what it is told to."""
    async with paper_instance() as instance:
        yield instance
