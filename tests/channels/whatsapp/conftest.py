"""A channel joined to the fake Graph server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.whatsapp import WhatsApp
from tests.channels.whatsapp.contract import NUMBER_ID, SECRETS, account
from tests.fakes.clock import FakeClock
from tests.fakes.meta import Meta
from tests.fakes.meta.numbers import FakeCustomer, FakeNumber, whatsapp_number


@pytest.fixture
def clock() -> FakeClock:
    """The platform's clock."""
    return FakeClock()


@pytest.fixture
async def meta(clock: FakeClock) -> AsyncIterator[Meta]:
    """A Graph server."""
    async with Meta(secret=SECRETS["app_secret"], clock=lambda: clock().timestamp()) as meta:
        yield meta


@pytest.fixture
def number(meta: Meta) -> FakeNumber:
    """The number as the platform knows it."""
    return whatsapp_number(meta, NUMBER_ID, SECRETS["token"])


@pytest.fixture
def ann(number: FakeNumber) -> FakeCustomer:
    """A customer who wrote just now."""
    ann = number.customer("447700900123", user_id="GB.7300112233445566")
    ann.says("hello")
    return ann


@pytest.fixture
async def channel(meta: Meta, number: FakeNumber) -> AsyncIterator[WhatsApp]:
    """The channel of that number, open."""
    channel = WhatsApp(account(base_url=meta.base_url), SECRETS, timeout=2)
    await channel.open()
    yield channel
    await channel.close()
