"""What customers on X live through, from their post to the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.channels.x import X
from bot.clock import now
from bot.errors import NotFound
from bot.store.rows import Case
from tests.channels.x.contract import SECRETS, SHOP, account, oauth2, tokens_in
from tests.fakes.product import ANSWER, Product, eventually, product
from tests.fakes.x import FakePerson, FakeShop, FakeX
from tests.fakes.x.faults import Drop

QUESTION = "What about my cabin bag?"


@dataclass
class Scene:
    """The product, X, the brand's account and a customer."""

    running: Product
    x: FakeX
    channel: X
    shop: FakeShop
    ann: FakePerson


class Shifted:
    """A clock that runs, and can be set back or forward."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def __call__(self) -> datetime:
        return now() + self.by


@pytest.fixture(params=["activity", "account"])
async def scene(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    """By each of the two interfaces, and so by each kind of tokens."""
    async with FakeX(clock=now) as x:
        shop = x.shop(SHOP, "shop")
        if request.param == "activity":
            our = account(base_url=x.base_url, tokens=tokens_in(tmp_path))
            channel = X(our, oauth2(x.keys.authorise(SHOP)), timeout=2)
        else:
            our = account(base_url=x.base_url)
            channel = X(our, SECRETS, timeout=2)
        async with product(tmp_path, (our, channel)) as running:
            await channel.register(f"{running.url}/channels/x")
            yield Scene(running, x, channel, shop, x.person("200", "ann"))
            await x.hook.settled()


def case_of(running: Product, number: int = 1) -> Case | None:
    try:
        return running.case(number)
    except NotFound:
        return None


async def quiet(scene: Scene) -> None:
    """Nothing is under way any more: another customer's question was answered after it."""
    before = len(scene.x.messages)
    bob = scene.x.person("300", "bob")
    bob.writes(scene.shop, QUESTION)
    await scene.x.message_count(before + 1)
    await scene.x.hook.settled()


async def test_public_question_is_answered_once_below_it_and_says_that_a_bot_speaks(scene: Scene) -> None:
    asked = scene.ann.posts(f"@shop {QUESTION}")
    (answer,) = await scene.x.sent_count(1)
    assert answer.parent is asked
    assert answer.said == f"Automated reply from Nimbéa: {ANSWER}"
    await eventually(lambda: scene.running.states() == ["sent"])
    await quiet(scene)
    assert len(scene.x.sent) == 1
    assert [line.author for line in scene.running.lines()] == ["customer", "bot"]
    assert scene.running.case() is None


async def test_trouble_in_public_goes_to_a_human_with_one_reply(scene: Scene) -> None:
    scene.ann.posts("@shop you lost my bag")
    (answer,) = await scene.x.sent_count(1)
    await eventually(lambda: case_of(scene.running))
    case = scene.running.case()
    assert case is not None
    assert case.reference in answer.said
    assert "https://x.com/messages/compose?recipient_id=100&text=ref%3A" in answer.said
    await quiet(scene)
    assert len(scene.x.sent) == 1


async def test_customer_who_follows_the_link_goes_on_with_the_same_case(scene: Scene) -> None:
    scene.ann.posts("@shop you lost my bag")
    (answer,) = await scene.x.sent_count(1)
    token = answer.said.partition("ref%3A")[2][:32]
    scene.ann.writes(scene.shop, f"ref:{token}")
    await scene.x.message_count(1)
    await eventually(lambda: case_of(scene.running, 2))
    assert scene.running.case(1) == scene.running.case(2)


async def test_message_is_answered(scene: Scene) -> None:
    scene.ann.writes(scene.shop, QUESTION)
    (message,) = await scene.x.message_count(1)
    assert message["to"] == scene.ann.id
    assert ANSWER in message["text"]
    await eventually(lambda: scene.running.states() == ["sent"])
    await scene.x.hook.settled()
    assert [line.author for line in scene.running.lines()] == ["customer", "bot"]
    scene.ann.reads(scene.shop)
    await eventually(lambda: scene.running.states() == ["read"])


async def test_encrypted_message_goes_to_a_human_who_is_told_so(scene: Scene) -> None:
    if not scene.x.events.subscriptions:
        pytest.skip("the older interface does not tell of encrypted messages")
    scene.ann.writes_encrypted(scene.shop)
    await eventually(lambda: case_of(scene.running))
    case = scene.running.case()
    assert case is not None
    assert case.reason == "unreadable_content"
    assert [each.kind for each in scene.running.lines()[0].attachments] == ["encrypted"]


async def test_colleague_in_xs_own_app_silences_the_bot(scene: Scene) -> None:
    scene.ann.writes(scene.shop, QUESTION)
    await scene.x.message_count(1)
    scene.shop.writes(scene.ann, "I am Sam, may I help?")
    await eventually(lambda: "colleague" in [line.author for line in scene.running.lines()])
    scene.ann.writes(scene.shop, QUESTION)
    await eventually(lambda: case_of(scene.running))
    assert len(scene.x.messages) == 1


async def test_colleague_who_answers_a_post_silences_the_bot(scene: Scene) -> None:
    asked = scene.ann.posts(f"@shop {QUESTION}")
    (answer,) = await scene.x.sent_count(1)
    scene.shop.posts("I am Sam, may I help?", below=asked)
    await eventually(lambda: "colleague" in [line.author for line in scene.running.lines()])
    scene.ann.posts(f"@shop {QUESTION}", below=answer)
    await eventually(lambda: case_of(scene.running))
    assert len(scene.x.sent) == 1


async def test_what_comes_twice_and_in_another_order_is_answered_once(scene: Scene) -> None:
    scene.x.hook.hold()
    scene.ann.posts(f"@shop {QUESTION}")
    scene.ann.writes(scene.shop, QUESTION)
    scene.x.hook.release(lambda held: reversed(held), times=2)
    await scene.x.sent_count(1)
    await scene.x.message_count(1)
    await scene.x.hook.settled()
    await quiet(scene)
    assert (len(scene.x.sent), len(scene.x.messages)) == (1, 2)


async def test_forged_event_is_not_taken(scene: Scene) -> None:
    scene.x.hook.headers = {"x-twitter-webhooks-signature": "sha256=forged"}
    scene.ann.posts(f"@shop {QUESTION}")
    await scene.x.hook.settled()
    assert set(scene.x.hook.answers) == {401}


async def test_answer_whose_fate_was_unknown_is_known_by_its_event(scene: Scene) -> None:
    scene.x.faults.next("posts", Drop(after=True))
    scene.ann.posts(f"@shop {QUESTION}")
    await eventually(lambda: scene.running.states() == ["sent"])
    assert len(scene.x.sent) == 1


async def test_who_says_stop_is_left_alone_everywhere_until_he_asks_for_more(scene: Scene) -> None:
    scene.ann.posts(f"@shop {QUESTION}")
    (answer,) = await scene.x.sent_count(1)
    scene.ann.posts("stop", below=answer)
    await quiet(scene)
    scene.ann.posts(f"@shop {QUESTION}")
    scene.ann.writes(scene.shop, QUESTION)
    await quiet(scene)
    assert (len(scene.x.sent), len(scene.x.messages)) == (1, 2)
    scene.ann.writes(scene.shop, "start")
    await scene.x.message_count(3)
    scene.ann.writes(scene.shop, QUESTION)
    await scene.x.message_count(4)


async def test_what_was_lost_comes_again_and_nobody_is_answered_twice(tmp_path: Path) -> None:
    clock = Shifted()
    async with FakeX(clock=clock) as x:
        shop, ann = x.shop(SHOP, "shop"), x.person("200", "ann")
        our = account(base_url=x.base_url, tokens=tokens_in(tmp_path))
        channel = X(our, oauth2(x.keys.authorise(SHOP)), timeout=2, clock=clock)
        async with product(tmp_path, (our, channel)) as running:
            clock.by = -timedelta(hours=2)
            await channel.register(f"{running.url}/channels/x")
            ann.posts(f"@shop {QUESTION}")
            await x.sent_count(1)
            await eventually(lambda: running.states() == ["sent"])
            await x.hook.settled()
            x.hook.lose()
            ann.writes(shop, QUESTION)
            ann.writes_encrypted(shop)
            clock.by = timedelta(0)
            x.hook.lose(loses=False)
            since = datetime.now(timezone.utc) - timedelta(hours=3)
            assert [body async for body in channel.history(since)]
            await x.message_count(1)
            await eventually(lambda: case_of(running, 2))
            await x.hook.settled()
            assert len(x.events.replays) == 1
            assert (len(x.sent), running.states(1)) == (1, ["sent"])
