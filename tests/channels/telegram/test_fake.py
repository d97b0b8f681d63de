"""The local Bot API server behaves as Telegram's does, where our tests rely on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.channels.telegram.contract import TOKEN
from tests.fakes.telegram import BotApi, FakeBot, Limits

DAY = 24 * 3600


class Clock:
    """Seconds since 1970, standing still until told to move on."""

    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[BotApi]:
    async with BotApi(limits=Limits(), clock=clock) as api:
        yield api


@pytest.fixture
def bot(api: BotApi) -> FakeBot:
    return api.bot(TOKEN)


async def call(api: BotApi, method: str, token: str = TOKEN, **arguments: Any) -> dict[str, Any]:
    url = f"{api.base_url}{token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=arguments) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body


@pytest.mark.parametrize(
    ("method", "token", "status"),
    [("getMe", "not-a-token", 404), ("getMe", "1:unknown", 401), ("dance", TOKEN, 404)],
)
async def test_tokens_and_methods_that_are_not_there(
    api: BotApi, bot: FakeBot, method: str, token: str, status: int
) -> None:
    assert (await call(api, method, token))["error_code"] == status


async def test_updates_are_confirmed_by_the_offset_and_given_at_most_a_hundred_at_once(
    api: BotApi, bot: FakeBot
) -> None:
    for number in range(150):
        bot.user(5).says(str(number))
    first = (await call(api, "getUpdates", limit=500))["result"]
    assert len(first) == 100
    again = (await call(api, "getUpdates", offset=first[1]["update_id"], limit=1))["result"]
    assert again == [first[1]]
    rest = (await call(api, "getUpdates", offset=first[-1]["update_id"] + 1))["result"]
    assert [update["message"]["text"] for update in rest] == [str(number) for number in range(100, 150)]


async def test_last_updates_are_given_for_a_negative_offset(api: BotApi, bot: FakeBot) -> None:
    for number in range(3):
        bot.user(5).says(str(number))
    (last,) = (await call(api, "getUpdates", offset=-1))["result"]
    assert last["message"]["text"] == "2"


async def test_updates_are_forgotten_after_a_day(api: BotApi, bot: FakeBot, clock: Clock) -> None:
    bot.user(5).says("hello")
    clock.time += DAY + 1
    assert (await call(api, "getUpdates"))["result"] == []


async def test_held_updates_can_come_in_another_order(api: BotApi, bot: FakeBot) -> None:
    bot.updates.hold()
    bot.user(5).says("one")
    bot.user(5).says("two")
    assert (await call(api, "getUpdates"))["result"] == []
    bot.updates.release(lambda held: reversed(held))
    updates = (await call(api, "getUpdates"))["result"]
    assert [update["message"]["text"] for update in updates] == ["two", "one"]


async def test_webhook_and_polling_exclude_each_other(api: BotApi, bot: FakeBot) -> None:
    await call(api, "setWebhook", url="http://127.0.0.1:9/nobody")
    bot.user(5).says("hello")
    assert (await call(api, "getUpdates"))["error_code"] == 409
    assert (await call(api, "getWebhookInfo"))["result"]["pending_update_count"] == 1
    await call(api, "deleteWebhook")
    assert len((await call(api, "getUpdates"))["result"]) == 1


async def test_one_message_a_second_to_a_chat(api: BotApi, bot: FakeBot, clock: Clock) -> None:
    bot.user(5).says("hello")
    assert (await call(api, "sendMessage", chat_id=5, text="a"))["ok"]
    refused = await call(api, "sendMessage", chat_id=5, text="b")
    assert refused["parameters"] == {"retry_after": 1}
    clock.time += 1
    assert (await call(api, "sendMessage", chat_id=5, text="b"))["ok"]


async def test_twenty_messages_a_minute_to_a_group(api: BotApi, bot: FakeBot, clock: Clock) -> None:
    bot.group(-1001)
    for _ in range(20):
        assert (await call(api, "sendMessage", chat_id=-1001, text="a"))["ok"]
        clock.time += 1
    refused = await call(api, "sendMessage", chat_id=-1001, text="b")
    assert refused["parameters"] == {"retry_after": 40}


async def test_thirty_messages_a_second_in_all(api: BotApi, bot: FakeBot) -> None:
    for person in range(1, 32):
        bot.user(person).says("hello")
    answers = [await call(api, "sendMessage", chat_id=person, text="a") for person in range(1, 32)]
    assert [answer["ok"] for answer in answers] == [True] * 30 + [False]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"chat_id": 99, "text": "a"}, "chat not found"),
        ({"chat_id": 5, "text": "  "}, "message text is empty"),
        ({"chat_id": 5, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": 5, "text": "a", "message_thread_id": 3}, "message thread not found"),
        (
            {"chat_id": 5, "text": "a", "reply_parameters": {"message_id": 77}},
            "message to be replied not found",
        ),
        (
            {
                "chat_id": 5,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x" * 65}]]},
            },
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_message_that_telegram_would_refuse(
    api: BotApi, bot: FakeBot, arguments: dict[str, Any], reason: str
) -> None:
    bot.user(5).says("hello")
    refused = await call(api, "sendMessage", **arguments)
    assert refused["description"] == f"Bad Request: {reason}"
    assert bot.sent == []


async def test_group_privacy_hides_what_is_not_said_to_the_bot(api: BotApi, bot: FakeBot) -> None:
    fans = bot.group(-1001)
    bot.user(5).says("Nice weather", chat=fans)
    bot.user(5).says("@shop_bot nice weather", chat=fans)
    bot.reads_groups = True
    bot.user(5).says("Really nice", chat=fans)
    texts = [update["message"]["text"] for update in (await call(api, "getUpdates"))["result"]]
    assert texts == ["@shop_bot nice weather", "Really nice"]
