"""What customers on Facebook and Instagram live through, from their message to the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import NotFound
from bot.store.rows import Case
from tests.channels.facebook.contract import PAGE, SECRETS
from tests.channels.instagram.contract import INSTAGRAM
from tests.channels.meta.running import INSTAGRAM_TOKEN, PAGE_TOKEN, gateway
from tests.fakes.meta import Drop, FakeAccount, FakeInstagram, FakePage, FakePerson, Meta, Refuse
from tests.fakes.meta.webhook import Webhook
from tests.fakes.product import ANSWER, Product, eventually

QUESTION = "What about my cabin bag?"


@dataclass
class Scene:
    """The product, the platform, and the brand's accounts on it; Ann writes to the Page."""

    running: Product
    meta: Meta
    webhook: Webhook
    page: FakePage
    shop: FakeInstagram
    ann: FakePerson


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with Meta(secret=SECRETS["app_secret"], haste=100) as meta:
        page, shop = meta.page(PAGE, PAGE_TOKEN), meta.instagram(INSTAGRAM, INSTAGRAM_TOKEN)
        async with gateway(meta, tmp_path) as running:
            webhook = meta.use_webhook(f"{running.url}/channels/meta")
            yield Scene(running, meta, webhook, page, shop, page.person("5005"))
            await webhook.settled()


def answers(account: FakeAccount, person: FakePerson) -> int:
    """How often a person got the answer in private, whatever label stands before it."""
    return sum(ANSWER in text for text in account.texts(person))


def case_of(running: Product, number: int) -> Case | None:
    """The case of a conversation, which may not be there yet."""
    try:
        return running.case(number)
    except NotFound:
        return None


def states(running: Product, number: int = 1) -> list[str | None]:
    """How it stands with our own texts in a conversation."""
    return [line.delivery for line in running.lines(number) if line.author in ("bot", "agent")]


async def test_question_is_answered_seen_and_known_as_sent(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    await eventually(lambda: states(scene.running) == ["sent"])
    await scene.webhook.settled()
    assert answers(scene.page, scene.ann) == 1
    await eventually(lambda: {"to": "5005", "action": "mark_seen"} in scene.page.actions)


async def test_complaint_is_handed_over(scene: Scene) -> None:
    scene.ann.says("You lost my bag")
    await scene.page.sent_count(1)
    await eventually(lambda: case_of(scene.running, 1))
    case = case_of(scene.running, 1)
    assert case is not None
    await eventually(lambda: case.reference in "".join(scene.page.texts(scene.ann)))


async def test_human_in_the_inbox_silences_the_bot(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    scene.page.colleague_says(scene.ann, "I am Sam, may I help?")
    await scene.webhook.settled()
    scene.ann.says(QUESTION)
    await eventually(lambda: case_of(scene.running, 1))
    case = case_of(scene.running, 1)
    assert case is not None
    assert case.reason == "answered_elsewhere"
    assert answers(scene.page, scene.ann) == 1
    assert [line.author for line in scene.running.lines(1)] == ["customer", "bot", "colleague", "customer"]


async def test_conversation_of_another_application_is_listened_to_in_silence(scene: Scene) -> None:
    scene.ann.is_taken_elsewhere()
    scene.ann.says(QUESTION)
    await eventually(lambda: scene.running.lines(1))
    await eventually(lambda: case_of(scene.running, 1))
    assert scene.page.sent == []


async def test_what_meta_posts_twice_is_answered_once(scene: Scene) -> None:
    scene.webhook.hold()
    scene.ann.says(QUESTION)
    scene.webhook.release(times=2)
    await scene.page.sent_count(1)
    scene.webhook.repeat()
    await scene.webhook.settled()
    scene.page.person("5006").says(QUESTION)
    await scene.page.sent_count(2)
    assert answers(scene.page, scene.ann) == 1


async def test_batch_for_several_accounts_in_any_order_reaches_each(scene: Scene) -> None:
    scene.webhook.hold()
    scene.ann.says(QUESTION)
    scene.page.person("5006").says(QUESTION)
    scene.shop.person("8008").says(QUESTION)
    scene.meta.page("20002", "another").person("5007").says(QUESTION)
    scene.webhook.release(lambda held: reversed(held))
    await scene.page.sent_count(2)
    await scene.shop.sent_count(1)
    await scene.webhook.settled()
    assert (len(scene.page.sent), len(scene.shop.sent)) == (2, 1)


async def test_what_could_not_be_taken_comes_again(scene: Scene) -> None:
    scene.webhook.headers = {"X-Hub-Signature-256": "sha256=forged"}
    scene.ann.says(QUESTION)
    await eventually(lambda: scene.webhook.answers)
    scene.webhook.headers = None
    await scene.page.sent_count(1)
    assert scene.webhook.answers[0] == 401
    await scene.webhook.settled()
    assert scene.webhook.answers[-1] == 200


async def test_comment_is_answered_below_it_and_its_repetition_is_not(scene: Scene) -> None:
    comment = scene.page.person("6006").comments(QUESTION, "10001_77")
    (answer, *_) = await scene.page.answer_count(1)
    await scene.webhook.settled()
    assert answer["below"] == comment.id
    assert ANSWER in answer["message"]
    assert len(scene.page.answers) == 1


async def test_problem_in_public_goes_on_in_private_as_one_case(scene: Scene) -> None:
    comment = scene.page.person("6006").comments("You lost my bag", "10001_77")
    await scene.page.sent_count(1)
    assert scene.page.sent[0]["to"] == "76006"
    assert comment.has_private_reply
    await eventually(lambda: case_of(scene.running, 2))
    scene.page.person("76006").says("Here I am")
    await eventually(lambda: scene.running.lines(2)[-1].text == "Here I am")
    assert case_of(scene.running, 1) == case_of(scene.running, 2)


async def test_answer_whose_fate_was_unknown_is_known_by_its_echo(scene: Scene) -> None:
    scene.meta.faults.next("messages", Drop(after=True))
    scene.ann.says(QUESTION)
    await eventually(lambda: states(scene.running) == ["sent"])
    assert answers(scene.page, scene.ann) == 1


async def test_too_fast_is_tried_again(scene: Scene) -> None:
    scene.meta.faults.next("messages", Refuse(613), times=2)
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    assert answers(scene.page, scene.ann) == 1


async def test_progress_of_an_answer_is_seen(scene: Scene) -> None:
    scene.ann.says(QUESTION)
    (sent, *_) = await scene.page.sent_count(1)
    await eventually(lambda: states(scene.running) == ["sent"])
    scene.ann.has(sent["mid"])
    await eventually(lambda: states(scene.running) == ["delivered"])
    scene.ann.reads()
    await eventually(lambda: states(scene.running) == ["read"])


async def test_direct_message_and_comment_on_instagram_are_answered(scene: Scene) -> None:
    zoe = scene.shop.person("8008", "zoe")
    zoe.says(QUESTION)
    await scene.shop.sent_count(1)
    comment = zoe.comments(QUESTION, "M1")
    (answer, *_) = await scene.shop.answer_count(1)
    await scene.webhook.settled()
    assert answers(scene.shop, zoe) == 1
    assert (answer["below"], len(scene.shop.answers)) == (comment.id, 1)


async def test_human_in_the_app_of_instagram_silences_the_bot(scene: Scene) -> None:
    zoe = scene.shop.person("8008", "zoe")
    zoe.says(QUESTION)
    await scene.shop.sent_count(1)
    scene.shop.colleague_says(zoe, "I am Sam")
    await scene.webhook.settled()
    zoe.says(QUESTION)
    await eventually(lambda: case_of(scene.running, 1))
    assert answers(scene.shop, zoe) == 1


async def test_dead_token_stops_its_own_account_only(scene: Scene) -> None:
    scene.meta.revoke(PAGE_TOKEN)
    scene.ann.says(QUESTION)
    scene.shop.person("8008").says(QUESTION)
    await scene.shop.sent_count(1)
    assert scene.page.sent == []
    await eventually(lambda: scene.meta.refusals[190])
