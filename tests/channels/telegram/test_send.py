"""What is sent arrives, and what is not says whether trying again makes sense."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback

import pytest

from bot.channels.telegram import Telegram
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    Forged,
    SettingsError,
    Unreachable,
)
from bot.messages import Address, Button, Inbound, Outbound
from tests.channels.telegram.contract import SECRETS, TOKEN, WEBHOOK_SECRET, account
from tests.fakes.telegram import Answer, BotApi, Drop, FakeBot, Hang, Limits
from tests.fakes.telegram.faults import Fault


def to(chat: int, thread: str = "") -> Address:
    return Address(
        channel="telegram",
        account="shop_uk",
        surface="private" if chat > 0 else "public",
        chat=str(chat),
        person="5",
        thread=thread,
    )


def text(words: str = "On its way", *, chat: int = 5, reply_to: str = "", thread: str = "") -> Outbound:
    return Outbound(id=1, address=to(chat, thread), text=words, purpose="answer", reply_to=reply_to)


def with_buttons(*buttons: Button) -> Outbound:
    return Outbound(id=1, address=to(5), text="Choose", purpose="clarify", buttons=buttons)


def event_of(bot: FakeBot, channel: Telegram) -> Inbound:
    """The event in the newest update."""
    (event,) = channel.parse(json.dumps(bot.updates.all()[-1].body).encode())
    return event


@pytest.fixture(autouse=True)
def _ann_has_written(bot: FakeBot) -> None:
    bot.user(5).says("hello")


async def test_text_arrives_as_it_is(channel: Telegram, bot: FakeBot) -> None:
    receipt = await channel.send(text("Soon: <b>5 & 6</b> _or_ *7*"))
    assert bot.sent[-1]["text"] == "Soon: <b>5 & 6</b> _or_ *7*"
    assert receipt.message_id == str(bot.sent[-1]["message_id"])


async def test_reply_is_tied_to_the_message(channel: Telegram, bot: FakeBot) -> None:
    asked = bot.user(5).says("and mine?")
    await channel.send(text(reply_to=str(asked["message_id"])))
    assert bot.sent[-1]["reply_to_message"]["text"] == "and mine?"


async def test_reply_to_a_deleted_message_is_sent_all_the_same(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(text(reply_to="999"))
    assert "reply_to_message" not in bot.sent[-1]


async def test_reply_in_a_topic_stays_there(channel: Telegram, bot: FakeBot) -> None:
    bot.group(-1001, topics=frozenset({7}))
    await channel.send(text(chat=-1001, thread="7"))
    assert bot.sent[-1]["message_thread_id"] == 7


async def test_pressed_button_comes_back_and_is_answered(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(with_buttons(Button(title="Refund", payload="/question_refund")))
    query = bot.user(5).presses(bot.sent[-1], "Refund")
    event = event_of(bot, channel)
    assert (event.text, event.shown) == ("/question_refund", "Refund")
    channel.received(event)
    await channel.close()
    assert bot.presses[query]


async def test_payload_too_long_for_telegram_comes_back_as_the_title(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(with_buttons(Button(title="Ma réservation", payload="/question" + "x" * 60)))
    bot.user(5).presses(bot.sent[-1], "Ma réservation")
    assert event_of(bot, channel).text == "Ma réservation"


async def test_title_too_long_as_well_is_cut_between_characters(channel: Telegram, bot: FakeBot) -> None:
    title = "é" * 40
    await channel.send(with_buttons(Button(title=title, payload="x" * 65)))
    bot.user(5).presses(bot.sent[-1], title)
    assert event_of(bot, channel).text == "é" * 32


async def test_press_that_is_too_old_to_be_answered_is_no_error(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(with_buttons(Button(title="Refund", payload="refund")))
    bot.user(5).presses(bot.sent[-1], "Refund")
    event = event_of(bot, channel)
    channel.received(event)
    channel.received(event)
    await channel.close()


async def test_reply_to_a_pressed_button_is_a_plain_message(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(text(reply_to="callback:9000"))
    assert "reply_to_message" not in bot.sent[-1]


async def test_typing_is_shown(channel: Telegram, bot: FakeBot) -> None:
    await channel.show_typing(to(5))
    assert bot.actions[-1] == {"chat_id": 5, "action": "typing"}


async def test_typing_that_fails_is_no_error(channel: Telegram, api: BotApi) -> None:
    api.faults.next("sendChatAction", Answer(500))
    await channel.show_typing(to(5))


async def test_private_link_leads_to_the_bot(channel: Telegram) -> None:
    assert channel.private_link("Zq3_-x9") == "https://t.me/shop_bot?start=Zq3_-x9"


async def test_no_private_link_before_the_username_is_known() -> None:
    assert Telegram(account(), SECRETS).private_link("Zq3") is None


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Answer(429, retry_after=7), DeliveryLater),
        (Answer(429, page="slow down"), DeliveryLater),
        (Answer(500), DeliveryLater),
        (Answer(503, page="<h1>maintenance</h1>"), DeliveryLater),
        (Answer(502, page="<h1>bad gateway</h1>"), DeliveryUnknown),
        (Answer(504), DeliveryUnknown),
        (Answer(200, page="<h1>log in to the wireless network</h1>"), DeliveryUnknown),
        (Drop(after=False), DeliveryUnknown),
        (Drop(after=True), DeliveryUnknown),
        (Hang(), DeliveryUnknown),
        (Answer(400), DeliveryRefused),
        (Answer(413, page="too large"), DeliveryRefused),
        (Answer(403), Unreachable),
        (Answer(401), AccountStopped),
        (Answer(404), AccountStopped),
    ],
    ids=repr,
)
async def test_each_failure_says_whether_to_try_again(
    channel: Telegram, api: BotApi, fault: Fault, error: type[DeliveryError]
) -> None:
    api.faults.next("sendMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(text())
    assert type(caught.value) is error
    assert api.calls["sendMessage"] == 1


async def test_wait_that_telegram_asks_for_is_passed_on(channel: Telegram, api: BotApi) -> None:
    api.faults.next("sendMessage", Answer(429, retry_after=7))
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(text())
    assert caught.value.retry_after == 7


async def test_request_that_never_left_may_be_sent_again(bot: FakeBot, unused_port: int) -> None:
    channel = Telegram(account(base_url=f"http://127.0.0.1:{unused_port}/bot", username="shop_bot"), SECRETS)
    await channel.open()
    with pytest.raises(DeliveryLater):
        await channel.send(text())
    await channel.close()


async def test_a_proxy_of_the_environment_is_used(
    api: BotApi, bot: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{api.port}")
    monkeypatch.setenv("no_proxy", "")
    channel = Telegram(account(base_url="http://behind-the-proxy.example/bot"), SECRETS)
    await channel.open()
    await channel.send(text("by proxy"))
    await channel.close()
    assert bot.texts(5)[-1] == "by proxy"


async def test_closed_channel_sends_nothing_and_says_later(channel: Telegram, bot: FakeBot) -> None:
    await channel.close()
    with pytest.raises(DeliveryLater):
        await channel.send(text())
    assert bot.sent == []


async def test_blocked_bot_is_told_by_the_real_refusal(channel: Telegram, bot: FakeBot) -> None:
    bot.user(5).blocks()
    with pytest.raises(Unreachable, match="blocked by the user"):
        await channel.send(text())


async def test_bot_cannot_write_first(channel: Telegram) -> None:
    with pytest.raises(DeliveryRefused, match="Chat not found"):
        await channel.send(text(chat=77))


async def test_text_beyond_the_limit_is_refused(channel: Telegram) -> None:
    with pytest.raises(DeliveryRefused):
        await channel.send(text("x" * (channel.features.longest_text + 1)))


async def test_longest_text_that_features_promise_is_taken(channel: Telegram, bot: FakeBot) -> None:
    await channel.send(text("x" * channel.features.longest_text))
    assert len(bot.sent[-1]["text"]) == channel.features.longest_text


async def test_group_that_became_a_supergroup_gets_the_message_once(channel: Telegram, bot: FakeBot) -> None:
    new = bot.upgrade(bot.group(-44), -100044)
    await channel.send(text(chat=-44))
    assert [message["chat"]["id"] for message in bot.sent] == [new.id]


async def test_group_that_moves_while_we_follow_it_is_given_up(channel: Telegram, bot: FakeBot) -> None:
    bot.upgrade(bot.upgrade(bot.group(-44), -100044), -100055)
    with pytest.raises(DeliveryRefused):
        await channel.send(text(chat=-44))


async def test_address_of_another_platform_is_refused(channel: Telegram, bot: FakeBot) -> None:
    address = Address(channel="telegram", account="shop_uk", surface="private", chat="ann", person="ann")
    with pytest.raises(DeliveryRefused):
        await channel.send(Outbound(id=1, address=address, text="hi", purpose="answer"))


async def test_second_message_within_a_second_meets_flood_control() -> None:
    async with BotApi(limits=Limits()) as api:
        bot = api.bot(TOKEN)
        bot.user(5).says("hello")
        channel = Telegram(account(base_url=api.base_url), SECRETS)
        await channel.open()
        await channel.send(text())
        with pytest.raises(DeliveryLater) as caught:
            await channel.send(text())
        await channel.close()
        assert caught.value.retry_after == 1
        assert len(bot.sent) == 1


async def test_many_sends_at_once_all_arrive(channel: Telegram, bot: FakeBot) -> None:
    await asyncio.gather(*(channel.send(text(str(number))) for number in range(100)))
    assert sorted(bot.texts(5), key=int) == [str(number) for number in range(100)]


async def test_check_says_who_the_bot_is_and_whether_it_hears_groups(channel: Telegram, bot: FakeBot) -> None:
    assert await channel.check() == "@shop_bot (group privacy is on)"
    bot.reads_groups = True
    assert await channel.check() == "@shop_bot"


async def test_dead_token_stops_the_account_at_once(api: BotApi, bot: FakeBot) -> None:
    api.revoke(bot)
    channel = Telegram(account(base_url=api.base_url), SECRETS)
    with pytest.raises(AccountStopped):
        await channel.open()
    await channel.close()


async def test_webhook_is_set_where_the_public_address_is_given(api: BotApi, bot: FakeBot) -> None:
    options = {"base_url": api.base_url, "public_url": "https://care.shop.example/"}
    channel = Telegram(account(**options), SECRETS)
    await channel.open()
    await channel.close()
    assert bot.webhook is not None
    assert bot.webhook.url == "https://care.shop.example/channels/telegram/shop_uk"


async def test_webhook_is_left_alone_otherwise(channel: Telegram, api: BotApi) -> None:
    assert api.calls["setWebhook"] == 0


@pytest.mark.parametrize(
    ("options", "secrets"),
    [
        ({}, {"token": "", "webhook": WEBHOOK_SECRET}),
        ({}, {"token": "no-colon", "webhook": WEBHOOK_SECRET}),
        ({}, {"token": TOKEN}),
        ({}, {"token": TOKEN, "webhook": "with space"}),
        ({}, {"token": TOKEN, "webhook": "x" * 257}),
        ({"mode": "polling"}, {"token": TOKEN, "webhook": "with space"}),
        ({"mode": "carrier pigeon"}, SECRETS),
        ({"user_name": "shop_bot"}, SECRETS),
    ],
)
def test_wrong_settings_name_the_account_and_no_secret(
    options: dict[str, str], secrets: dict[str, str]
) -> None:
    with pytest.raises((BrandError, SettingsError), match="shop_uk") as caught:
        Telegram(account(**options), secrets)
    assert TOKEN not in str(caught.value)
    assert "with space" not in str(caught.value)


def test_polling_needs_no_webhook_secret_and_then_takes_no_webhook() -> None:
    channel = Telegram(account(mode="polling"), {"token": TOKEN})
    with pytest.raises(Forged):
        channel.authenticate({"X-Telegram-Bot-Api-Secret-Token": ""}, b"{}")
    with pytest.raises(Forged):
        channel.sign(b"{}")


@pytest.mark.parametrize("fault", [Answer(401), Answer(429, retry_after=1), Drop(), Hang(), None], ids=repr)
async def test_no_log_and_no_traceback_holds_the_token_or_a_text(
    channel: Telegram, api: BotApi, caplog: pytest.LogCaptureFixture, fault: Fault | None
) -> None:
    caplog.set_level(logging.DEBUG)
    if fault:
        api.faults.next("sendMessage", fault)
        with pytest.raises(DeliveryError) as caught:
            await channel.send(text("my booking is X4Y5Z6"))
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    else:
        await channel.send(text("my booking is X4Y5Z6"))
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")
    assert TOKEN not in ours
    assert "X4Y5Z6" not in ours
    assert TOKEN not in repr(channel)


async def test_account_is_known_before_the_channel_is_open(api: BotApi, bot: FakeBot) -> None:
    unopened = Telegram(account(base_url=api.base_url), SECRETS, timeout=2)
    assert await unopened.check() == "@shop_bot (group privacy is on)"
    await unopened.close()


async def test_webhook_is_registered_where_it_is_wanted(channel: Telegram, bot: FakeBot) -> None:
    told = await channel.register("http://127.0.0.1:9/channels/telegram/shop_uk")
    assert told is not None
    assert "edited_message" in told
    assert bot.webhook is not None
    assert bot.webhook.info()["url"] == "http://127.0.0.1:9/channels/telegram/shop_uk"


async def test_webhook_is_not_registered_elsewhere_than_each_start_sets_it(api: BotApi, bot: FakeBot) -> None:
    options = {"base_url": api.base_url, "public_url": "http://127.0.0.1:9"}
    channel = Telegram(account(**options), SECRETS, timeout=2)
    with pytest.raises(DeliveryRefused, match="public_url"):
        await channel.register("http://127.0.0.1:8/channels/telegram/shop_uk")
    assert bot.webhook is None
    await channel.close()


async def test_who_polls_registers_nothing(api: BotApi, bot: FakeBot) -> None:
    channel = Telegram(account(base_url=api.base_url, mode="polling"), SECRETS, timeout=2)
    assert await channel.register("http://127.0.0.1:9/") is None
    assert bot.webhook is None


@pytest.mark.parametrize("name", ["5", "123456789"])
def test_test_message_goes_to_a_persons_number(channel: Telegram, name: str) -> None:
    address = channel.recipient(name)
    assert address is not None
    assert (address.surface, address.chat) == ("private", name)


@pytest.mark.parametrize("name", ["", "@ann", "-1001", "５"])
def test_test_message_goes_to_nobody_else(channel: Telegram, name: str) -> None:
    assert channel.recipient(name) is None
