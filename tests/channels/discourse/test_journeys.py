"""What customers on a forum live through, with the whole product but for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.brand import Account
from bot.channels.discourse import Discourse
from tests.channels.discourse.contract import CATEGORY, SECRETS, account
from tests.fakes.discourse import FakeDiscourse
from tests.fakes.product import ANSWER, Product, eventually, product

QUESTION = "What about my cabin bag?"


async def soon(_: float) -> None:
    """Look for private messages again at once, as nobody counts the calls here."""
    await asyncio.sleep(0.02)


@pytest.fixture
def our(forum: FakeDiscourse) -> Account:
    """The account on the forum."""
    return account(base_url=forum.base_url)


@pytest.fixture
async def running(forum: FakeDiscourse, our: Account, tmp_path: Path) -> AsyncIterator[Product]:
    """The product with this account, which the forum posts to."""
    async with product(tmp_path, (our, Discourse(our, SECRETS, timeout=2, rest=soon))) as running:
        forum.posts_to(f"{running.url}{our.path}")
        yield running


async def test_question_in_a_category_of_ours_is_answered_once_however_often_it_comes(
    forum: FakeDiscourse, running: Product
) -> None:
    topic = forum.topic("My bag", category=CATEGORY)
    await forum.says(QUESTION, topic=topic, times=2)
    await eventually(lambda: running.states() == ["sent"])
    (sent,) = forum.sent
    assert ANSWER in sent["raw"]
    assert (sent["topic_id"], sent["reply_to_post_number"]) == (topic.id, 1)


async def test_what_people_say_to_each_other_there_is_left_alone_until_they_answer_us(
    forum: FakeDiscourse, running: Product
) -> None:
    topic = forum.topic("My bag", category=CATEGORY)
    await forum.says(QUESTION, topic=topic)
    await forum.sent_count(1)
    await forum.says("I know all about the cabin bag", topic=topic, who="bob", answers=1)
    await eventually(lambda: running.lines(2) and running.conversation(2).due_at is None)
    assert len(forum.sent) == 1
    await forum.says("And may my cabin bag be a bit larger?", topic=topic, who="bob", answers=2)
    await forum.sent_count(2)
    assert forum.sent[1]["reply_to_post_number"] == 4


async def test_mention_elsewhere_is_answered_and_other_talk_never_comes_in(
    forum: FakeDiscourse, running: Product
) -> None:
    topic = forum.topic("Rome", category=9)
    await forum.says("What about a cabin bag?", topic=topic, who="bob")
    await forum.says("@nimbea, what about my cabin bag?", topic=topic)
    await forum.sent_count(1)
    assert forum.sent[0]["reply_to_post_number"] == 2
    assert running.lines()[0].text == "what about my cabin bag?"


async def test_private_message_is_fetched_and_answered_and_strangers_stay_among_themselves(
    forum: FakeDiscourse, running: Product
) -> None:
    secret = forum.topic("Us", between=frozenset(("bob", "zoe")))
    await forum.says("@nimbea, what about the cabin bag?", topic=secret, who="bob")
    talk = forum.topic("My bag", between=frozenset(("ann", "nimbea")))
    await forum.says(QUESTION, topic=talk)
    await eventually(lambda: running.states() == ["sent"])
    assert [post["topic_id"] for post in forum.sent] == [talk.id]
    assert ANSWER in forum.sent[0]["raw"]


async def test_complaint_goes_on_in_private_and_an_agents_answer_arrives(
    forum: FakeDiscourse, running: Product
) -> None:
    await forum.says("You lost my bag", topic=forum.topic("My bag", category=CATEGORY))
    await eventually(lambda: running.lines() and running.case() is not None)
    case = running.case()
    assert case is not None
    await eventually(lambda: any(case.reference in post["raw"] for post in forum.sent))
    running.agent_says("It has been found.")
    await eventually(lambda: any("It has been found." in post["raw"] for post in forum.sent))
    assert any(post.get("target_recipients") == "ann" for post in forum.sent)


async def test_bot_is_silent_where_a_colleague_has_answered(forum: FakeDiscourse, running: Product) -> None:
    topic = forum.topic("My bag", category=CATEGORY)
    await forum.says(QUESTION, topic=topic)
    await forum.sent_count(1)
    await forum.says("I am looking into it, Ann.", topic=topic, who="claire", answers=1)
    await forum.says("What about my cabin bag now?", topic=topic)
    await eventually(lambda: running.lines()[-1].text.endswith("now?") and not running.conversation().due_at)
    assert len(forum.sent) == 1
    assert "colleague" in [line.author for line in running.lines()]


async def test_edit_that_comes_first_and_deletion_are_seen(forum: FakeDiscourse, running: Product) -> None:
    topic = forum.topic("My bag", category=CATEGORY)
    forum.holds()
    post = await forum.says("Where is it?", topic=topic)
    await forum.edits(post, "You lost it!")
    await forum.releases(backwards=True)
    await eventually(lambda: running.lines())
    await forum.deletes(post)
    assert running.lines()[0].deleted_at is not None


async def test_what_came_while_we_were_away_is_answered(
    forum: FakeDiscourse, our: Account, tmp_path: Path
) -> None:
    async with product(tmp_path, (our, Discourse(our, SECRETS, timeout=2, rest=soon))) as running:
        forum.posts_to(f"{running.url}{our.path}")
        await forum.says("Where is gate 4?", topic=forum.topic("Gates", category=CATEGORY))
        await eventually(lambda: running.lines())
    forum.posts_to("")
    talk = forum.topic("My bag", between=frozenset(("ann", "nimbea")))
    await forum.says(QUESTION, topic=talk)
    async with product(tmp_path, (our, Discourse(our, SECRETS, timeout=2, rest=soon))):
        await eventually(lambda: any(ANSWER in post["raw"] for post in forum.sent))


async def test_dead_key_stops_the_account(forum: FakeDiscourse, running: Product) -> None:
    forum.revokes()
    await forum.says(QUESTION, topic=forum.topic("My bag", category=CATEGORY))
    await eventually(lambda: running.stopped() == ["nimbea"])
    assert forum.sent == []


async def test_webhook_is_tried_again_where_we_fail_and_forgeries_never_get_in(
    forum: FakeDiscourse, running: Product
) -> None:
    forum.forges()
    await forum.says(QUESTION, topic=forum.topic("My bag", category=CATEGORY))
    assert forum.tries == 5
    assert forum.sent == []
