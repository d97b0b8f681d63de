"""What customers live through while webhooks get lost: answered all the same, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from bot.channels.meta import history
from bot.inbox import reconcile
from tests.channels.facebook.contract import PAGE, SECRETS
from tests.channels.instagram.contract import INSTAGRAM
from tests.channels.meta.running import INSTAGRAM_TOKEN, PAGE_TOKEN, gateway
from tests.channels.meta.test_journeys import QUESTION, Scene, answers, case_of
from tests.fakes.meta import Meta, Refuse
from tests.fakes.product import eventually


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts are looked through many times a second, and nothing counts as on its way."""
    soon = timedelta(seconds=0.1)
    monkeypatch.setattr(reconcile, "EVERY", soon)
    monkeypatch.setattr(reconcile, "RESTS", structs.replace(reconcile.RESTS, later=soon))
    monkeypatch.setattr(reconcile, "ON_THE_WAY", timedelta(0))
    monkeypatch.setattr(history, "SETTLED", timedelta(0))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with Meta(secret=SECRETS["app_secret"], haste=100) as meta:
        page, shop = meta.page(PAGE, PAGE_TOKEN), meta.instagram(INSTAGRAM, INSTAGRAM_TOKEN)
        async with gateway(meta, tmp_path) as running:
            webhook = meta.use_webhook(f"{running.url}/channels/meta")
            await eventually(lambda: meta.calls["conversations"] >= 4)
            yield Scene(running, meta, webhook, page, shop, page.person("5005"))
            await webhook.settled()


async def looked(scene: Scene, times: int = 3) -> None:
    """Wait until everything was looked through so often again."""
    until = scene.meta.calls["feed"] + times
    await eventually(lambda: scene.meta.calls["feed"] >= until)


async def test_what_webhooks_lost_is_found_and_answered_once(scene: Scene) -> None:
    scene.webhook.lose()
    scene.ann.says(QUESTION)
    scene.shop.person("8008", "zoe").says(QUESTION)
    comment = scene.page.person("6006", "Bob").comments(QUESTION, "10001_77")
    await scene.page.sent_count(1)
    await scene.shop.sent_count(1)
    (answer, *_) = await scene.page.answer_count(1)
    await looked(scene)
    assert answer["below"] == comment.id
    assert (len(scene.page.sent), len(scene.shop.sent), len(scene.page.answers)) == (1, 1, 1)
    assert answers(scene.page, scene.ann) == 1


async def test_a_webhook_that_comes_late_is_not_answered_again(scene: Scene) -> None:
    scene.webhook.hold()
    scene.ann.says(QUESTION)
    scene.page.person("6006", "Bob").comments(QUESTION, "10001_77")
    await scene.page.sent_count(1)
    await scene.page.answer_count(1)
    scene.webhook.release(times=2)
    await scene.webhook.settled()
    await looked(scene)
    assert (len(scene.page.sent), len(scene.page.answers)) == (1, 1)
    customers = [line for line in scene.running.lines(1) if line.author == "customer"]
    assert len(customers) == 1


async def test_what_a_colleague_has_answered_meanwhile_is_left_to_him(scene: Scene) -> None:
    scene.webhook.lose()
    scene.ann.says(QUESTION)
    scene.page.colleague_says(scene.ann, "I am Sam, may I help?")
    await eventually(lambda: case_of(scene.running, 1))
    case = case_of(scene.running, 1)
    assert case is not None
    assert case.reason == "answered_elsewhere"
    await looked(scene)
    assert scene.page.sent == []


async def test_our_own_answers_are_not_taken_for_a_colleagues(scene: Scene) -> None:
    scene.webhook.lose()
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    await looked(scene)
    scene.ann.says(f"{QUESTION} For two?")
    await scene.page.sent_count(2)
    await looked(scene)
    assert [line.author for line in scene.running.lines(1)] == ["customer", "bot", "customer", "bot"]


async def test_a_busy_platform_is_asked_again_later(scene: Scene) -> None:
    scene.webhook.lose()
    scene.meta.faults.next("conversations", Refuse(613), times=4)
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    assert answers(scene.page, scene.ann) == 1


async def test_it_is_known_that_something_had_been_missed(scene: Scene) -> None:
    scene.webhook.lose()
    scene.ann.says(QUESTION)
    await scene.page.sent_count(1)
    found = scene.running.watched()
    assert found["facebook", "shop_uk"].missed == 1
    assert found["instagram", "shop_uk"].missed == 0
