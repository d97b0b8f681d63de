"""A channel joined to the fake of Meta."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.facebook import Facebook
from tests.channels.facebook.contract import PAGE, SECRETS, account
from tests.fakes.clock import FakeClock
from tests.fakes.meta import FakePage, FakePerson, Meta


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
def page(meta: Meta) -> FakePage:
    """The Page as the server knows it."""
    return meta.page(PAGE, SECRETS["token"])


@pytest.fixture
def ann(page: FakePage) -> FakePerson:
    """A customer who has just written."""
    ann = page.person("5005")
    ann.says("hello")
    return ann


@pytest.fixture
async def channel(meta: Meta, page: FakePage) -> AsyncIterator[Facebook]:
    """The channel of that Page, open."""
    channel = Facebook(account(base_url=meta.base_url), SECRETS, timeout=2)
    await channel.open()
    yield channel
    await channel.close()
