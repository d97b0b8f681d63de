"""A forum, and the channel of an account on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.discourse import Discourse
from tests.channels.discourse.contract import SECRETS, USERNAME, account
from tests.fakes.discourse import FakeDiscourse


@pytest.fixture
async def forum() -> AsyncIterator[FakeDiscourse]:
    """A forum on a free port."""
    keys = {"token": SECRETS["token"], "secret": SECRETS["webhook"]}
    async with FakeDiscourse(username=USERNAME, **keys) as forum:
        yield forum


@pytest.fixture
async def channel(forum: FakeDiscourse) -> AsyncIterator[Discourse]:
    """The channel of its account, which does not wait for long."""
    channel = Discourse(account(base_url=forum.base_url, search="nimbea"), SECRETS, timeout=2)
    await channel.open()
    yield channel
    await channel.close()
