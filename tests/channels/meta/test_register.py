"""Meta is told where to post, as far as the account's options allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.brand import Account
from bot.channels.facebook import Facebook
from bot.channels.instagram import Instagram
from bot.channels.meta.channel import MetaChannel
from bot.channels.whatsapp import WhatsApp
from bot.errors import AccountStopped, DeliveryRefused
from tests.channels.facebook import contract as facebook
from tests.channels.instagram import contract as instagram
from tests.channels.whatsapp import contract as whatsapp
from tests.fakes.meta import Meta
from tests.fakes.meta.apps import FakeApp, FakeBusiness, FakeOwner

SECRETS = {"token": "EAAB-made-up", "app_secret": "app_secret", "verify": "made-up-verify"}


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    async with Meta() as meta:
        yield meta


@pytest.fixture
def app(meta: Meta) -> FakeApp:
    return FakeApp(meta)


@asynccontextmanager
async def gateway(channel: MetaChannel) -> AsyncIterator[str]:
    """Answers the verification as the gateway does."""

    async def handshake(request: web.Request) -> web.Response:
        return web.Response(text=channel.handshake(request.query) or "", status=200)

    server = web.Application()
    server.add_routes([web.get("/channels/meta", handshake)])
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/channels/meta"
    finally:
        await runner.cleanup()
        await channel.close()


def page_channel(meta: Meta, **secrets: str) -> Facebook:
    return Facebook(facebook.account(base_url=meta.base_url), {**SECRETS, **secrets}, timeout=2)


async def test_page_is_subscribed_and_the_app_posts_to_us(meta: Meta, app: FakeApp) -> None:
    page = meta.page(facebook.PAGE, SECRETS["token"])
    channel = page_channel(meta)
    async with gateway(channel) as url:
        told = await channel.register(url)
    assert told is not None
    assert "messages" in told
    assert page.subscribed is not None
    assert app.wishes["page"]["callback_url"] == url
    assert app.wishes["page"]["fields"] == page.subscribed


async def test_where_nobody_answers_meta_refuses_the_callback(meta: Meta, app: FakeApp) -> None:
    meta.page(facebook.PAGE, SECRETS["token"])
    channel = page_channel(meta)
    with pytest.raises(DeliveryRefused, match="verification failed"):
        await channel.register("http://127.0.0.1:9/channels/meta")
    assert app.wishes == {}
    await channel.close()


async def test_wrong_app_secret_is_refused_and_not_shown(meta: Meta, app: FakeApp) -> None:
    meta.page(facebook.PAGE, SECRETS["token"])
    channel = page_channel(meta, app_secret="another-secret")
    with pytest.raises(AccountStopped) as caught:
        await channel.register("http://127.0.0.1:9/channels/meta")
    assert "another-secret" not in str(caught.value)
    await channel.close()


async def test_without_the_apps_number_only_the_page_is_subscribed(meta: Meta) -> None:
    page = meta.page("7", SECRETS["token"])
    account = Account(
        channel="facebook", id="shop", market="uk", options={"page_id": "7", "base_url": meta.base_url}
    )
    channel = Facebook(account, SECRETS)
    assert await channel.register("https://care.example/channels/meta") is None
    assert page.subscribed is not None
    await channel.close()


async def test_page_of_an_instagram_account_is_asked_only_where_it_was_not(meta: Meta, app: FakeApp) -> None:
    page = FakeOwner("20002", "Shop", meta.app, meta.clock, meta.tell)
    meta.register("20002", page, SECRETS["token"])
    options = {"instagram_id": instagram.INSTAGRAM, "page_id": "20002", "app_id": str(meta.app)}
    account = Account(
        channel="instagram", id="shop", market="uk", options={**options, "base_url": meta.base_url}
    )
    channel = Instagram(account, SECRETS)
    async with gateway(channel) as url:
        assert await channel.register(url)
        asked = page.subscribed
        page.subscribed = "messages,feed"  # as the Page's own account asks
        assert await channel.register(url)
    assert (asked, page.subscribed) == ("feed", "messages,feed")
    assert "comments" in app.wishes["instagram"]["fields"]


async def test_whatsapp_account_is_subscribed_where_its_number_is_known(meta: Meta, app: FakeApp) -> None:
    business = meta.register("WABA1", FakeBusiness(), SECRETS["token"])
    options = {"business_id": "WABA1", "app_id": str(meta.app), "base_url": meta.base_url}
    channel = WhatsApp(whatsapp.account(**options), SECRETS)
    async with gateway(channel) as url:
        assert await channel.register(url)
    assert business.is_subscribed
    assert "messages" in app.wishes["whatsapp_business_account"]["fields"]
