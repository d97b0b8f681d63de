"""A channel joined to the fake of Meta."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.instagram import Instagram
from tests.channels.instagram.contract import INSTAGRAM, PAGE, SECRETS, account
from tests.fakes.clock import FakeClock
from tests.fakes.meta import FakeInstagram, FakePerson, Meta


@pytest.fixture
def clock() -> FakeClock:
    """The platform's time."""
    return FakeClock()


@pytest.fixture
async def meta(clock: FakeClock) -> AsyncIterator[Meta]:
    """A Graph server that posts nothing."""
    async with Meta(clock=lambda: clock().timestamp()) as meta:
        yield meta


@pytest.fixture
def shop(meta: Meta) -> FakeInstagram:
    """The account as the server knows it."""
    shop = meta.instagram(INSTAGRAM, SECRETS["token"])
    meta.also_known_as(PAGE, shop)
    return shop


@pytest.fixture
def ann(shop: FakeInstagram) -> FakePerson:
    """A customer who has just written."""
    ann = shop.person("8008")
    ann.says("hello")
    return ann


@pytest.fixture
async def channel(meta: Meta, shop: FakeInstagram) -> AsyncIterator[Instagram]:
    """The channel of that account, open."""
    channel = Instagram(account(base_url=meta.base_url), SECRETS, timeout=2)
    await channel.open()
    yield channel
    await channel.close()
