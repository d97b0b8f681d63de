"""An account that works gets its webhook and a test message, at platforms that behave as the real ones."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
from aiohttp import web
from msgspec import structs

from bot.clock import now
from bot.gateway import Gateway
from bot.inbox import Inbox
from bot.messages import Address
from bot.settings import Settings
from bot.store import migrate
from bot.store.bell import Bell
from bot.store.store import Store
from tests.fakes.channel import FakeChannel, event
from tests.fakes.mastodon import MISSING, PYTHON, mastodon_mock
from tests.fakes.meta import Meta
from tests.fakes.meta.apps import FakeApp
from tests.fakes.meta.server import APP_SECRET
from tests.fakes.product import eventually
from tests.fakes.telegram import FakeBot
from tests.unit.commands.connecting import said

# The command runs in a thread of ours, as if it were a process: what its loop leaves open at the end is
# closed by nobody.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.usefixtures("swept"),
]

PAGE_TOKEN = "EAAB-made-up"


async def test_webhook_is_registered_and_a_message_is_waited_for_and_answered(
    shop: list[str], bot: FakeBot, environment: dict[str, str]
) -> None:
    url = f"http://127.0.0.1:{environment['RELAIS_PORT']}"
    waiting = asyncio.create_task(said(*shop, "--url", url, "--wait"))
    await eventually(lambda: bot.webhook)
    bot.user(5).says("hello")
    output = await waiting
    assert "The platform will send message, edited_message" in output
    assert "Ann wrote in private: hello" in output
    assert [sent["text"][:12] for sent in bot.sent] == ["Test message"]
    # It was not acknowledged: the gateway shall have it.
    assert len(bot.updates) == 1


async def test_polled_message_is_shown_answered_and_left_for_the_gateway(
    shop: list[str], bot: FakeBot
) -> None:
    bot.user(5).says("hello\x1b]0;mine\x07\nSent")
    output = await said(*shop, "--set", "mode=polling", "--wait")
    assert "They are fetched" in output
    assert "Ann wrote in private: hello ]0;mine  Sent" in output
    assert len(bot.sent) == 1
    assert len(bot.updates) == 1


async def test_message_goes_to_whom_it_is_said(shop: list[str], bot: FakeBot) -> None:
    bot.keep(bot.user(5).private)
    assert "the platform took it as" in await said(*shop, "--to", "5")
    assert len(bot.sent) == 1


async def test_recipient_that_is_none_is_said(shop: list[str], bot: FakeBot) -> None:
    assert "'@ann' cannot get a test message; who can is the number" in await said(
        *shop, "--to", "@ann", code=1
    )


async def test_page_is_subscribed_and_the_webhook_verified_while_no_gateway_runs(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEBOOK_SHOP_TOKEN", PAGE_TOKEN)
    monkeypatch.setenv("META_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("META_VERIFY_TOKEN", "made-up-verify")
    url = f"http://127.0.0.1:{environment['RELAIS_PORT']}"
    async with Meta(haste=1000) as meta:
        page, app = meta.page("10001", PAGE_TOKEN), FakeApp(meta)
        options = [f"base_url={meta.base_url}", "page_id=10001", f"app_id={meta.app}"]
        arguments = ["facebook", "--account", "shop", *(part for each in options for part in ("--set", each))]
        waiting = asyncio.create_task(said(*arguments, "--url", url, "--wait"))
        await eventually(lambda: meta.webhook)
        page.person("5005").says("hello")
        output = await waiting
        assert app.wishes["page"]["callback_url"] == f"{url}/channels/meta"
        assert "wrote in private: hello" in output
        assert len(page.sent) == 1
        assert "give the Get started button" in output


@asynccontextmanager
async def running(environment: dict[str, str], routes: Iterable[web.RouteDef] = ()) -> AsyncIterator[None]:
    """A gateway that answers so much."""

    async def health(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/health", health), *routes])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(environment["RELAIS_PORT"])).start()
    try:
        yield
    finally:
        await runner.cleanup()
        # The connection on which it was asked ends in the next steps of the loop.
        await asyncio.sleep(0.2)


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Inbox]:
    """Where a gateway that runs writes down what comes."""
    store = Store(settings.database_url)
    migrate.upgrade(store)
    yield Inbox(store, Bell(), now)
    store.close()


class Shop(FakeChannel):
    """The bot, as a gateway knows it."""

    name = "telegram"


async def test_running_gateway_that_has_no_database_yet_is_said(
    shop: list[str], bot: FakeBot, environment: dict[str, str]
) -> None:
    async with running(environment):
        assert "start Relais first" in await said(*shop, "--wait", code=1)


async def test_running_gateway_shows_what_came_in(
    shop: list[str], bot: FakeBot, environment: dict[str, str], inbox: Inbox
) -> None:
    served = {("telegram", "shop"): Shop("shop")}
    address = Address(channel="telegram", account="shop", surface="private", chat="5", person="5")
    async with running(environment, Gateway(inbox=inbox, channels=served).routes()):
        waiting = asyncio.create_task(said(*shop, "--wait"))
        for number in count(1):
            if waiting.done():
                break
            await inbox.accept([structs.replace(event("hello", number=number, at=now()), address=address)])
            await asyncio.sleep(0.1)
        output = await waiting
    assert "Ann wrote in private: hello" in output
    assert "The Relais that runs answers it" in output


async def test_running_gateway_that_does_not_serve_the_account_is_not_waited_for(
    shop: list[str], bot: FakeBot, environment: dict[str, str], inbox: Inbox
) -> None:
    served = {("telegram", "another"): Shop("another")}
    async with running(environment, Gateway(inbox=inbox, channels=served).routes()):
        output = await said(*shop, "--wait", code=1)
    assert "the Relais that runs does not serve telegram/shop" in output
    assert "Restart it" in output
    assert "Write to the account now" not in output


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_direct_message_goes_out_on_mastodon(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not PYTHON.exists():
        pytest.skip(MISSING)
    with mastodon_mock() as server:
        shop, ann = server.shop(), server.person("ann")
        monkeypatch.setenv("MASTODON_SHOP_TOKEN", shop.token)
        output = await said(
            "mastodon", "--account", "shop", "--set", f"base_url={server.url}", "--to", "@ann"
        )
        assert f"The platform knows it as @{shop.acct}" in output
        status = re.search(r"took it as (\w+)", output)
        assert status
        assert ann.status(status[1])["visibility"] == "direct"
