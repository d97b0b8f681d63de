"""A channel joined to the fake of X."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.x import X
from tests.channels.x.contract import SECRETS, SHOP, account
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakePerson, FakeShop, FakeX


@pytest.fixture
def clock() -> FakeClock:
    """X's time and ours."""
    return FakeClock()


@pytest.fixture
async def x(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeX]:
    """X, which posts nothing."""
    # oauthlib asks for the time itself.
    told = "oauthlib.oauth1.rfc5849.generate_timestamp"
    monkeypatch.setattr(told, lambda: str(int(clock().timestamp())))
    async with FakeX(clock=clock) as x:
        yield x


@pytest.fixture
def shop(x: FakeX) -> FakeShop:
    """The brand's account."""
    return x.shop(SHOP, "shop")


@pytest.fixture
def ann(x: FakeX) -> FakePerson:
    """A customer."""
    return x.person("200", "ann")


@pytest.fixture
async def channel(x: FakeX, shop: FakeShop, clock: FakeClock) -> AsyncIterator[X]:
    """The channel of that account, with tokens of OAuth 1.0a."""
    channel = X(account(base_url=x.base_url, search="nimbea"), SECRETS, timeout=2, clock=clock)
    await channel.open()
    yield channel
    await channel.close()
