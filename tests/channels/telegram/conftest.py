"""A channel joined to the fake Bot API."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import Telegram
from tests.channels.telegram.contract import SECRETS, TOKEN, account
from tests.fakes.telegram import BotApi, FakeBot


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server that never complains of speed and retries webhooks a thousand times faster."""
    async with BotApi(haste=1000) as api:
        yield api


@pytest.fixture
def bot(api: BotApi) -> FakeBot:
    """The bot as the server knows it."""
    return api.bot(TOKEN, "shop_bot")


@pytest.fixture
async def channel(api: BotApi, bot: FakeBot) -> AsyncIterator[Telegram]:
    """The channel of that bot, open."""
    channel = Telegram(account(base_url=api.base_url), SECRETS, timeout=2)
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
def unused_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
