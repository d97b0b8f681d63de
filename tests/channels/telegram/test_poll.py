"""Long polling, and the webhook's signature."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import Telegram
from bot.errors import AccountStopped, BadPayload, DeliveryLater, Forged
from tests.channels.telegram.contract import SECRETS, WEBHOOK_SECRET, account, build
from tests.fakes.telegram import Answer, BotApi, Drop, FakeBot

CHANNEL = build()


@pytest.fixture
async def poller(api: BotApi, bot: FakeBot) -> AsyncIterator[Telegram]:
    channel = Telegram(account(base_url=api.base_url, mode="polling"), SECRETS, timeout=2, poll_seconds=1)
    await channel.open()
    yield channel
    await channel.close()


def updates(channel: Telegram) -> AsyncIterator[bytes]:
    found = channel.poll()
    assert found is not None
    return found


async def text(bodies: AsyncIterator[bytes], channel: Telegram) -> str:
    (event,) = channel.parse(await bodies.__anext__())
    return event.text


async def test_webhook_accounts_do_not_poll(channel: Telegram) -> None:
    assert channel.poll() is None


async def test_updates_come_in_order_and_as_they_happen(poller: Telegram, bot: FakeBot) -> None:
    bodies = updates(poller)
    bot.user(5).says("one")
    bot.user(6).says("two")
    assert [await text(bodies, poller), await text(bodies, poller)] == ["one", "two"]
    waiting = asyncio.create_task(text(bodies, poller))
    await asyncio.sleep(0)
    bot.user(5).says("three")
    assert await waiting == "three"


async def test_update_is_confirmed_only_when_the_next_is_asked_for(poller: Telegram, bot: FakeBot) -> None:
    bodies = updates(poller)
    bot.user(5).says("one")
    assert await text(bodies, poller) == "one"
    assert len(bot.updates) == 1
    bot.user(5).says("two")
    assert await text(bodies, poller) == "two"
    assert [kept.body["message"]["text"] for kept in bot.updates.all()] == ["two"]


async def test_update_that_could_not_be_stored_comes_again(poller: Telegram, bot: FakeBot) -> None:
    bot.user(5).says("one")
    bot.user(5).says("two")
    first = updates(poller)
    assert await text(first, poller) == "one"
    second = updates(poller)  # as after a failed commit: the first loop is given up
    assert [await text(second, poller), await text(second, poller)] == ["one", "two"]


async def test_quiet_time_is_waited_through(poller: Telegram, bot: FakeBot, api: BotApi) -> None:
    waiting = asyncio.create_task(text(updates(poller), poller))
    await api.called("getUpdates", 2)
    bot.user(5).says("at last")
    assert await waiting == "at last"


async def test_odd_update_does_not_stop_the_ones_behind_it(poller: Telegram, bot: FakeBot) -> None:
    bodies = updates(poller)
    bot.updates.add("message", 5, {"message_id": "twelve"})
    bot.user(5).says("\ud83d")
    bot.user(5).says("still there")
    for _ in range(2):
        with pytest.raises(BadPayload):
            poller.parse(await bodies.__anext__())
    assert await text(bodies, poller) == "still there"


async def test_two_pollers_of_one_bot_are_told_so(poller: Telegram, bot: FakeBot, api: BotApi) -> None:
    waiting = asyncio.create_task(text(updates(poller), poller))
    await api.called("getUpdates", 1)
    other = Telegram(account(base_url=api.base_url, mode="polling"), SECRETS, poll_seconds=1)
    await other.open()
    theirs = asyncio.create_task(text(updates(other), other))
    with pytest.raises(DeliveryLater, match="stop the other program"):
        await waiting
    bot.user(5).says("hello")
    assert await theirs == "hello"
    await other.close()


async def test_polling_beside_a_webhook_is_told_so(poller: Telegram, api: BotApi, bot: FakeBot) -> None:
    other = Telegram(account(base_url=api.base_url, public_url="http://127.0.0.1:9"), SECRETS)
    await other.open()
    await other.close()
    with pytest.raises(DeliveryLater, match="webhook"):
        await text(updates(poller), poller)


@pytest.mark.parametrize("fault", [Answer(502), Drop(), Answer(200, page="[]")], ids=repr)
async def test_polling_goes_on_after_a_failure(
    poller: Telegram, api: BotApi, bot: FakeBot, fault: Answer | Drop
) -> None:
    bot.user(5).says("one")
    api.faults.next("getUpdates", fault)
    with pytest.raises(DeliveryLater):
        await text(updates(poller), poller)
    assert await text(updates(poller), poller) == "one"


async def test_polling_with_a_revoked_token_stops_the_account(
    poller: Telegram, api: BotApi, bot: FakeBot
) -> None:
    api.revoke(bot)
    with pytest.raises(AccountStopped):
        await text(updates(poller), poller)


class Door:
    """A webhook receiver that notes what came and answers as ordered."""

    def __init__(self, channel: Telegram) -> None:
        self.texts: list[str] = []
        self.forged = asyncio.Event()
        self.answers: list[web.Response] = []
        self._channel = channel

    async def handle(self, request: web.Request) -> web.Response:
        raw_body = await request.read()
        try:
            self._channel.authenticate(request.headers, raw_body)
        except Forged:
            self.forged.set()
            return web.Response(status=401)
        self.texts.extend(event.text for event in self._channel.parse(raw_body))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def door(api: BotApi, bot: FakeBot) -> AsyncIterator[Door]:
    """The channel behind a webhook that it has set itself."""
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    channel = Telegram(account(), SECRETS)
    door = Door(channel)
    app.router.add_post("/channels/telegram/shop_uk", door.handle)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    opener = Telegram(account(base_url=api.base_url, public_url=public_url), SECRETS)
    await opener.open()
    yield door
    await opener.close()
    await bot.drop_webhook()
    await runner.cleanup()


async def test_webhook_delivers_with_the_secret(door: Door, bot: FakeBot) -> None:
    bot.user(5).says("hello")
    await bot.settled()
    assert door.texts == ["hello"]
    assert not door.forged.is_set()


async def test_refused_webhook_is_repeated_and_the_chat_keeps_its_order(door: Door, bot: FakeBot) -> None:
    door.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "2"})]
    bot.user(5).says("one")
    bot.user(5).says("two")
    await bot.settled()
    assert door.texts == ["one", "one", "one", "two"]


async def test_webhook_with_another_secret_is_forged(door: Door, bot: FakeBot) -> None:
    assert bot.webhook is not None
    bot.webhook.headers["X-Telegram-Bot-Api-Secret-Token"] = "guess"
    bot.user(5).says("hello")
    await door.forged.wait()
    assert door.texts == []


@given(st.text())
def test_no_other_secret_is_taken(secret: str) -> None:
    if secret == WEBHOOK_SECRET:
        return
    with pytest.raises(Forged):
        CHANNEL.authenticate({"X-Telegram-Bot-Api-Secret-Token": secret}, b"{}")


def test_secret_is_found_whatever_the_case_of_the_header() -> None:
    CHANNEL.authenticate({"x-telegram-bot-api-secret-token": WEBHOOK_SECRET}, b"{}")


def test_two_secrets_are_one_too_many() -> None:
    twice = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET, "x-telegram-bot-api-secret-token": "b"}
    with pytest.raises(Forged):
        CHANNEL.authenticate(twice, b"{}")


def test_signed_body_is_authentic() -> None:
    body = json.dumps({"update_id": 1}).encode()
    CHANNEL.authenticate(CHANNEL.sign(body), body)
