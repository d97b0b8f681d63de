"""X is told where to send events, and told nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.channels.base import Channel
from bot.channels.x import X
from bot.channels.x.webhooks import EVENTS
from bot.errors import DeliveryRefused
from bot.gateway import Gateway
from bot.inbox import Inbox
from tests.channels.x.contract import SECRETS, SHOP, account, oauth2, tokens_in
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakeShop, FakeX


class Nowhere(Inbox):
    """Takes nothing in."""

    def __init__(self) -> None:
        """Nothing is needed for that."""


@asynccontextmanager
async def gateway(channel: Channel) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(Gateway(inbox=Nowhere(), channels={("x", "shop_uk"): channel}).routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/channels/x"
    await runner.cleanup()


@pytest.fixture
async def newer(x: FakeX, shop: FakeShop, clock: FakeClock, tmp_path: Path) -> AsyncIterator[X]:
    """The channel with tokens of OAuth 2.0."""
    our = account(base_url=x.base_url, tokens=tokens_in(tmp_path))
    channel = X(our, oauth2(x.keys.authorise(SHOP)), clock=clock)
    yield channel
    await channel.close()


async def test_webhook_is_challenged_and_everything_is_subscribed_to_once(newer: X, x: FakeX) -> None:
    async with gateway(newer) as url:
        first = await newer.register(url)
        assert await newer.register(url) == first
        assert x.hook.valid
        assert await x.hook.challenge()
    assert [each["event_type"] for each in x.events.subscriptions] == list(EVENTS)
    assert {each["webhook_id"] for each in x.events.subscriptions} == {x.hook.id}
    assert first is not None
    assert "post.mention.create" in first


async def test_webhook_that_x_has_given_up_is_checked_again(newer: X, x: FakeX) -> None:
    async with gateway(newer) as url:
        await newer.register(url)
        x.hook.valid = False
        await newer.register(url)
        assert x.hook.valid


async def test_account_with_older_tokens_is_told_everything(channel: X, x: FakeX) -> None:
    async with gateway(channel) as url:
        told = await channel.register(url)
        await channel.register(url)
    assert told is not None
    assert "Account Activity API" in told
    assert x.events.accounts == {x.hook.id: {SHOP}}


async def test_address_where_nobody_answers_is_refused(newer: X, x: FakeX) -> None:
    with pytest.raises(DeliveryRefused, match="CrcValidationFailed"):
        await newer.register("http://127.0.0.1:1/channels/x")
    assert x.events.hooks == {}


async def test_without_a_token_of_the_app_it_is_done_by_hand(x: FakeX, shop: FakeShop) -> None:
    secrets = {name: value for name, value in SECRETS.items() if name != "bearer"}
    assert await X(account(base_url=x.base_url), secrets).register("https://relais.example") is None
