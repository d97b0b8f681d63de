"""What customers on Telegram live through, from their message to the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from bot.gateway import MAX_BODY
from tests.fakes.product import ANSWER, Product, eventually
from tests.fakes.telegram import Answer, BotApi, Drop, FakeBot, Limits
from tests.journeys.telegram import SECRET, TOKEN, counted, gateway, webhook

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(haste=100) as api:
        yield api


@pytest.fixture
def bot(api: BotApi) -> FakeBot:
    return api.bot(TOKEN, "shop_bot")


@pytest.fixture
async def running(api: BotApi, bot: FakeBot, tmp_path: Path) -> AsyncIterator[Product]:
    """The gateway with a webhook."""
    async with gateway(api, tmp_path) as running:
        await bot.use_webhook(webhook(running), SECRET)
        yield running
        await bot.drop_webhook()


async def post(running: Product, body: bytes | BytesIO, secret: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(webhook(running), data=body, headers={HEADER: secret}) as answer,
    ):
        return answer.status


async def test_question_is_answered(running: Product, bot: FakeBot) -> None:
    bot.user(5).says("What about my cabin bag?")
    await bot.sent_count(1)
    assert bot.texts(5) == [ANSWER]
    await eventually(lambda: running.lines(1)[-1].delivery == "sent")


async def test_question_is_answered_by_polling_too(api: BotApi, bot: FakeBot, tmp_path: Path) -> None:
    async with gateway(api, tmp_path, mode="polling"):
        bot.user(5).says("What about my cabin bag?")
        await bot.sent_count(1)
    assert bot.texts(5) == [ANSWER]


async def test_what_came_while_we_were_away_is_fetched_and_answered_once(
    api: BotApi, bot: FakeBot, tmp_path: Path
) -> None:
    bot.user(5).says("What about my cabin bag?")
    async with gateway(api, tmp_path, mode="polling"):
        await bot.sent_count(1)
    before = api.calls["getUpdates"]
    async with gateway(api, tmp_path, mode="polling"):
        await api.called("getUpdates", before + 2)
    assert len(bot.updates) == 0
    assert bot.texts(5) == [ANSWER]


async def test_start_greets(running: Product, bot: FakeBot) -> None:
    bot.user(5).starts()
    await bot.sent_count(1)
    assert bot.texts(5) == ["Hello, I am the automated assistant."]
    assert running.lines(1)[0].readable == "/start"


async def test_update_delivered_twice_is_answered_once(running: Product, bot: FakeBot) -> None:
    bot.user(5).says("What about my cabin bag?")
    await bot.settled()
    bot.updates.repeat()
    await bot.settled()
    bot.user(6).says("And my cabin bag?")
    await bot.sent_count(2)
    assert (bot.texts(5), bot.texts(6)) == ([ANSWER], [ANSWER])


async def test_edit_is_shown_and_the_first_wording_stays_on_record(running: Product, bot: FakeBot) -> None:
    ann = bot.user(5)
    message = ann.says("My cabin bag?")
    await bot.sent_count(1)
    ann.edits(message, "My large cabin bag?")
    await bot.settled()
    assert running.lines(1)[0].text == "My large cabin bag?"
    edit = next(entry for entry in running.recorded(1) if entry.action == "message_edited")
    assert edit.details["before"] == "My cabin bag?"
    assert len(bot.sent) == 1


async def test_photo_is_acknowledged_and_shown(running: Product, bot: FakeBot) -> None:
    bot.user(5).sends("photo")
    await bot.sent_count(1)
    assert running.lines(1)[0].attachments[0].reference == "large"
    assert running.case(1) is not None


async def test_pressed_button_is_answered_and_loses_its_clock(
    running: Product, bot: FakeBot, api: BotApi
) -> None:
    bot.user(5).says("A good seat?")
    (offer, *_) = await bot.sent_count(1)
    query = bot.user(5).presses(offer, "Window")
    await bot.sent_count(2)
    assert bot.texts(5)[1] == ANSWER
    await api.called("answerCallbackQuery", 1)
    await eventually(lambda: bot.presses[query])
    assert running.lines(1)[2].readable == "Window"


async def test_who_blocks_the_bot_is_seen_as_unreachable(running: Product, bot: FakeBot) -> None:
    ann = bot.user(5)
    ann.says("My cabin bag?")
    await bot.sent_count(1)
    ann.blocks()
    await bot.settled()
    assert running.conversation(1).unreachable_at is not None
    ann.unblocks()
    await bot.settled()
    assert running.conversation(1).unreachable_at is None


async def test_reply_to_who_has_blocked_meanwhile_fails_visibly(
    running: Product, bot: FakeBot, api: BotApi
) -> None:
    api.faults.next("sendMessage", Answer(403, "Forbidden: bot was blocked by the user"))
    bot.user(5).says("My cabin bag?")
    await bot.settled()
    await eventually(lambda: running.lines(1)[-1].delivery == "failed")
    assert running.conversation(1).unreachable_at is not None
    assert bot.sent == []


async def test_problem_in_a_group_goes_on_in_private(running: Product, bot: FakeBot) -> None:
    ann, fans = bot.user(5), bot.group(-1001, topics=frozenset({7}))
    ann.says("Nice weather today", chat=fans)
    asked = ann.says("@shop_bot you lost my bag", chat=fans, topic=7)
    (public, *_) = await bot.sent_count(1)
    assert public["reply_to_message"]["message_id"] == asked["message_id"]
    assert public["message_thread_id"] == 7
    link = re.search(r"https://t\.me/\S+", public["text"])
    assert link
    ann.opens(link.group())
    await bot.sent_count(2)
    case = running.case(1)
    assert case is not None
    assert running.case(2) == case
    assert case.reference in bot.texts(5)[0]


async def test_link_opens_the_case_only_once(running: Product, bot: FakeBot) -> None:
    bot.user(5).says("@shop_bot you lost my bag", chat=bot.group(-1001))
    (public, *_) = await bot.sent_count(1)
    link = re.search(r"https://t\.me/\S+", public["text"])
    assert link
    bot.user(5).opens(link.group())
    await bot.sent_count(2)
    bot.user(6).opens(link.group())
    await bot.sent_count(3)
    assert running.case(3) is None


async def test_wait_that_telegram_asks_for_is_kept(running: Product, bot: FakeBot, api: BotApi) -> None:
    api.faults.next("sendMessage", Answer(429, retry_after=1))
    bot.user(5).says("My cabin bag?")
    await api.called("sendMessage", 1)
    line = running.lines(1)[-1]
    await bot.sent_count(1)
    assert api.calls["sendMessage"] == 2
    await eventually(lambda: running.lines(1)[-1].delivery == "sent")
    assert bot.sent[0]["date"] >= int(line.created_at.timestamp()) + 1


async def test_answer_that_may_have_arrived_is_not_sent_again(
    running: Product, bot: FakeBot, api: BotApi
) -> None:
    api.faults.next("sendMessage", Drop(after=True))
    bot.user(5).says("My cabin bag?")
    await bot.settled()
    await eventually(lambda: running.case(1))
    assert bot.texts(5)[0] == ANSWER
    assert bot.texts(5).count(ANSWER) == 1
    assert running.lines(1)[1].delivery == "unknown"


async def test_pace_keeps_below_telegrams_limits(tmp_path: Path) -> None:
    async with BotApi(limits=Limits()) as api:
        bot = api.bot(TOKEN, "shop_bot")
        async with gateway(api, tmp_path) as running:
            await bot.use_webhook(webhook(running), SECRET)
            for person in range(5, 25):
                bot.user(person).says("My cabin bag?")
            await bot.sent_count(20)
            bot.user(5).says("And my other cabin bag?")
            await bot.sent_count(21)
            await bot.drop_webhook()
        assert api.refusals[429] == 0


async def test_forged_secret_is_refused_and_counted(running: Product, bot: FakeBot) -> None:
    before = counted("forged")
    assert await post(running, b'{"update_id": 1}', "guess") == 401
    assert counted("forged") == before + 1


async def test_malformed_update_is_refused_and_counted(running: Product, bot: FakeBot) -> None:
    before = counted("bad")
    assert await post(running, b'{"update_id": 1, "message"', SECRET) == 400
    assert counted("bad") == before + 1


async def test_unknown_kind_is_accepted_and_changes_nothing(running: Product, bot: FakeBot) -> None:
    assert await post(running, b'{"update_id": 1, "hologram": {}}', SECRET) == 200
    assert bot.sent == []


async def test_body_beyond_the_limit_is_refused(running: Product, bot: FakeBot) -> None:
    assert await post(running, BytesIO(b" " * (MAX_BODY + 1)), SECRET) == 413


async def test_account_that_cannot_connect_does_not_keep_the_gateway_from_starting(
    api: BotApi, tmp_path: Path
) -> None:
    # The server knows no such bot: the token is refused.
    async with gateway(api, tmp_path, username="") as running:
        assert await post(running, b'{"update_id": 1}', SECRET) == 200
