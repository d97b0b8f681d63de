from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bench.harness.messages import Message
from bench.harness.platform import Ears, Platform


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform() as platform:
        yield platform


def message(text: str = "My bag?", language: str = "fr") -> Message:
    return Message(text=text, language=language, ends=False)


async def send(platform: Platform, chat: int, text: str, token: str = "1" + "0:bench") -> int:
    base = platform.brand_accounts()[0]["options"]["base_url"]
    call = {"chat_id": chat, "text": text}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{base}{token}/sendMessage", json=call) as answer,
    ):
        return answer.status


async def test_people_write_to_a_bot_of_their_market(platform: Platform) -> None:
    assert "/telegram/uk_" in platform.write(0, message(language="en")).path
    assert "/telegram/fr_" in platform.write(0, message(language="fr")).path


async def test_a_letter_is_an_update_as_telegram_posts_it(platform: Platform) -> None:
    letter = platform.write(3, message())
    told = json.loads(letter.body)
    assert told["message"]["text"] == "My bag?"
    assert told["message"]["chat"]["id"] == letter.chat
    assert json.loads(platform.write(3, message()).body)["update_id"] != told["update_id"]


async def test_every_account_has_its_own_secrets(platform: Platform) -> None:
    accounts, secrets = platform.brand_accounts(), platform.secrets()
    tokens = {secrets[account["secrets"]["token"]] for account in accounts}
    assert len(tokens) == len(accounts) == 12


async def test_what_is_sent_is_heard_in_its_chat(platform: Platform) -> None:
    letter = platform.write(0, message())
    assert await send(platform, letter.chat, "One bag.") == 200
    assert [it.text for it in platform.heard[letter.chat]] == ["One bag."]


async def test_ears_wait_for_what_is_wanted(platform: Platform) -> None:
    letter = platform.write(0, message())
    answer = Ears(platform, lambda text: text == "One moment.").await_text(letter.chat)
    assert await send(platform, letter.chat, "One moment.") == 200
    assert not answer.done()


async def test_telegrams_limits_hold(platform: Platform) -> None:
    letter = platform.write(0, message())
    await send(platform, letter.chat, "One bag.")
    assert await send(platform, letter.chat, "And another.") == 429
    assert platform.refusals == 1
