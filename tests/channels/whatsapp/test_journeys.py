"""What customers on WhatsApp live through, from their message to the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.messages import Template
from tests.channels.whatsapp.contract import NUMBER_ID, SECRETS, account
from tests.channels.whatsapp.running import gateway
from tests.fakes.meta import Drop, Meta
from tests.fakes.meta.inbox import DAY
from tests.fakes.meta.numbers import FakeCustomer, FakeNumber, whatsapp_number
from tests.fakes.meta.webhook import Webhook
from tests.fakes.product import ANSWER, Product, eventually

QUESTION = "What about my cabin bag?"
FRENCH_ID = "700100200300999"


@dataclass
class Scene:
    """The product, the platform, and two numbers of the brand on it."""

    running: Product
    meta: Meta
    webhook: Webhook
    uk: FakeNumber
    fr: FakeNumber
    ann: FakeCustomer


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with Meta(secret=SECRETS["app_secret"], haste=100) as meta:
        uk = whatsapp_number(meta, NUMBER_ID, "token-care_uk")
        fr = whatsapp_number(meta, FRENCH_ID, "token-care_fr")
        numbers = (
            account("care_uk", NUMBER_ID, base_url=meta.base_url),
            account("care_fr", FRENCH_ID, base_url=meta.base_url),
        )
        async with gateway(tmp_path, *numbers) as running:
            webhook = meta.use_webhook(f"{running.url}/channels/meta")
            ann = uk.customer("447700900123", user_id="GB.7300112233445566")
            yield Scene(running, meta, webhook, uk, fr, ann)


def answered(number: FakeNumber) -> int:
    """How often the answer was given, and nothing else."""
    assert all(text.endswith(ANSWER) for text in number.texts())
    return len(number.texts())


async def test_question_is_answered_and_quoted(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    (sent, *_) = await scene.uk.sent_count(1)
    assert answered(scene.uk) == 1
    assert sent["request"]["recipient"] == scene.ann.user_id
    await eventually(lambda: scene.uk.reads)
    assert scene.uk.reads[0]["message_id"] == scene.ann.said[0]


async def test_states_that_come_in_the_wrong_order_never_go_back(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    (sent, *_) = await scene.uk.sent_count(1)
    scene.uk.tells(sent, "read")
    await eventually(lambda: scene.running.states() == ["read"])
    for state in ("delivered", "sent", "read"):
        scene.uk.tells(sent, state)
    await scene.webhook.settled()
    assert scene.running.states() == ["read"]


async def test_after_a_day_a_free_answer_is_refused_and_a_template_taken(scene: Scene) -> None:
    scene.uk.templates["case_news", "en"] = 1
    scene.ann.says(QUESTION)
    await scene.uk.sent_count(1)
    await eventually(lambda: scene.running.states() == ["sent"])
    scene.ann.wrote -= DAY
    scene.running.agent_says("We have found it.")
    await eventually(lambda: scene.running.states()[1] == "failed")
    assert "131047" in (scene.running.lines()[-1].delivery_reason or "")
    news = Template(name="case_news", language="en", parameters=("NB-7K2Q",))
    scene.running.agent_says("We have news on your case NB-7K2Q.", news)
    await scene.uk.sent_count(2)
    assert scene.uk.texts()[-1] == "case_news"
    await eventually(lambda: scene.running.states()[-1] == "sent")


async def test_text_that_fails_after_all_is_seen_to_by_a_human(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    (sent, *_) = await scene.uk.sent_count(1)
    scene.uk.tells(sent, "failed", errors=[{"code": 131026, "title": "Message undeliverable"}])
    await eventually(lambda: scene.running.states() == ["failed"])
    await eventually(lambda: scene.running.conversation().case_id)
    assert scene.running.lines()[1].delivery_reason == "131026 Message undeliverable"


async def test_dead_token_stops_its_own_account_only(scene: Scene) -> None:
    scene.meta.revoke("token-care_uk")
    scene.ann.says(QUESTION)
    await eventually(lambda: scene.running.stopped() == ["care_uk"])
    scene.fr.customer("33639980123").says(QUESTION)
    await scene.fr.sent_count(1)
    assert (answered(scene.fr), answered(scene.uk)) == (1, 0)
    assert scene.running.stopped() == ["care_uk"]


async def test_batch_for_two_numbers_reaches_each_once_however_often_it_comes(scene: Scene) -> None:
    scene.webhook.hold()
    scene.ann.says(QUESTION)
    scene.fr.customer("33639980123").says(QUESTION)
    scene.webhook.release(reversed, times=3)
    await scene.uk.sent_count(1)
    await scene.fr.sent_count(1)
    await scene.webhook.settled()
    assert (answered(scene.uk), answered(scene.fr)) == (1, 1)
    assert set(scene.webhook.answers) == {200}


async def test_answer_of_which_nobody_knew_is_found_to_be_sent_and_not_repeated(scene: Scene) -> None:
    scene.meta.faults.next("messages", Drop(after=True), times=2)  # the sign that it was read, and the answer
    scene.ann.says(QUESTION)
    await scene.uk.sent_count(1)
    await eventually(lambda: scene.running.states() == ["sent"])
    await scene.webhook.settled()
    assert answered(scene.uk) == 1


async def test_customer_who_hides_his_number_goes_on_in_the_same_conversation(scene: Scene) -> None:
    carol = scene.uk.customer("447700900789")
    carol.says(QUESTION)
    await scene.uk.sent_count(1)
    carol.user_id = "GB.8300112233445566"
    carol.says("And my second cabin bag?")
    await scene.uk.sent_count(2)
    carol.hides = True
    carol.says("And my third cabin bag?")
    (*_, last) = await scene.uk.sent_count(3)
    assert last["request"]["recipient"] == carol.user_id
    assert len([line for line in scene.running.lines() if line.author == "customer"]) == 3


async def test_customer_with_a_new_number_goes_on_in_the_same_conversation(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    await scene.uk.sent_count(1)
    scene.ann.moves("447700900999", "GB.9300112233445566")
    await scene.webhook.settled()
    scene.ann.says("And my second cabin bag?")
    (*_, last) = await scene.uk.sent_count(2)
    assert last["request"]["recipient"] == "GB.9300112233445566"
    assert len([line for line in scene.running.lines() if line.author == "customer"]) == 2


async def test_bot_keeps_silent_where_a_colleague_answers_on_his_phone(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    await scene.uk.sent_count(1)
    scene.uk.colleague_says(scene.ann, "I have it here at the desk.")
    await scene.webhook.settled()
    line = scene.running.lines()[-1]
    assert (line.author, line.text) == ("colleague", "I have it here at the desk.")
    scene.ann.says("And my second cabin bag?")
    await eventually(lambda: scene.running.conversation().case_id)
    assert answered(scene.uk) == 1


async def test_verification_is_answered_at_the_common_callback(scene: Scene) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": SECRETS["verify"]}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{scene.running.url}/channels/meta", params=query) as answer,
    ):
        assert (answer.status, await answer.text()) == (200, "1158")


async def test_forged_notification_is_refused(scene: Scene) -> None:
    scene.webhook.headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    scene.ann.says(QUESTION)
    await eventually(lambda: scene.webhook.answers)
    assert scene.webhook.answers[0] == 401
    await scene.webhook.stop()
    scene.meta.webhook = None
