"""What is fetched: private messages, history, mentions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.discourse import Discourse
from bot.errors import AccountStopped, DeliveryLater
from bot.messages import Inbound
from tests.channels.discourse.contract import SECRETS, account
from tests.fakes.discourse import Answer, FakeDiscourse

BETWEEN = frozenset(("ann", "nimbea"))
MINUTE = timedelta(minutes=1)


async def read(channel: Discourse, bodies: AsyncIterator[bytes] | None) -> list[Inbound]:
    assert bodies is not None
    return [event async for body in bodies for event in channel.parse(body)]


async def test_private_messages_come_as_they_are_written_and_each_once(forum: FakeDiscourse) -> None:
    looks = asyncio.Semaphore(0)

    async def rest(_: float) -> None:
        await looks.acquire()

    channel = Discourse(account(base_url=forum.base_url), SECRETS, rest=rest)
    talk, secret = forum.topic("My refund", between=BETWEEN), forum.topic("Us", between=frozenset("bz"))
    forum.write(talk, "ann", "It did not come.")
    forum.write(secret, "bob", "Do not tell anybody.")
    bodies = channel.poll()
    (first,) = channel.parse(await anext(bodies))
    assert first.text == "My refund\n\nIt did not come."
    looks.release()
    forum.write(talk, "nimbea", "I am sorry to hear that.")
    forum.write(talk, "ann", "Are you there?")
    (second,) = channel.parse(await anext(bodies))
    assert second.text == "Are you there?"
    await channel.close()


async def test_what_is_written_to_a_group_of_the_accounts_is_not_for_it_until_it_is_invited(
    channel: Discourse, forum: FakeDiscourse
) -> None:
    forum.groups = {"moderators"}
    flagged = forum.topic("Please look at this", between=frozenset(("ann", "moderators")))
    talk = forum.topic("My refund", between=BETWEEN)
    forum.write(flagged, "ann", "He insults me.")
    forum.write(talk, "ann", "It did not come.")
    for _ in range(2):
        events = await read(channel, channel.history(forum.now - MINUTE))
        assert [event.text for event in events] == ["My refund\n\nIt did not come."]
    bodies = channel.poll()
    assert [event.text for event in channel.parse(await anext(bodies))] == [events[0].text]
    assert forum.calls.count(f"GET /t/{flagged.id}.json") == 1
    flagged.people |= {"nimbea"}
    forum.write(flagged, "ann", "What do you say, Nimbéa?")
    events = await read(channel, channel.history(forum.now - MINUTE))
    assert "What do you say, Nimbéa?" in [event.text for event in events]
    assert forum.calls.count(f"GET /t/{talk.id}.json") == 1


async def test_administrator_is_not_shown_the_messages_of_others(
    channel: Discourse, forum: FakeDiscourse
) -> None:
    forum.admin = True
    with pytest.raises(AccountStopped, match="administrator"):
        await anext(channel.poll())
    assert "GET /private-posts.json" not in forum.calls


async def test_history_tells_what_was_said_since_then_page_after_page(
    channel: Discourse, forum: FakeDiscourse
) -> None:
    topic, talk = forum.topic("A bag", category=5), forum.topic("My refund", between=BETWEEN)
    for number in range(120):
        forum.write(topic, "ann", f"Number {number}").created -= (120 - number) * MINUTE
    for post in forum.posts:
        post.updated = post.created
    forum.write(talk, "ann", "It did not come.")
    events = await read(channel, channel.history(forum.now - 110.5 * MINUTE))
    assert [event.text for event in events[:2]] == ["My refund\n\nIt did not come.", "Number 10"]
    assert len(events) == 111
    assert forum.calls.count("GET /posts.json") == 3


async def test_history_tells_posts_that_were_edited_and_no_old_ones_as_new(
    channel: Discourse, forum: FakeDiscourse
) -> None:
    topic = forum.topic("A bag", category=5)
    for age in (60, 30):
        post = forum.write(topic, "ann", "Where is it?")
        post.created -= age * MINUTE
        await forum.edits(post, "Where is my bag?", after=(age - 5) * MINUTE)
    events = await read(channel, channel.history(forum.now - 40 * MINUTE))
    assert [(event.kind, event.message_id) for event in events] == [
        ("edited", f"{topic.id}/1"),
        ("message", f"{topic.id}/2"),
        ("edited", f"{topic.id}/2"),
    ]


@pytest.mark.parametrize("people", [frozenset(), BETWEEN])
async def test_old_post_that_was_edited_by_somebody_is_nothing_that_was_missed(
    channel: Discourse, forum: FakeDiscourse, people: frozenset[str]
) -> None:
    post = forum.write(forum.topic("A bag", category=5, between=people), "ann", "Where is it?")
    colleague = forum.write(post.topic, "claire", "Here.")
    for each in (post, colleague):
        each.created -= timedelta(days=300)
        each.updated = forum.now
    assert await read(channel, channel.history(forum.now - MINUTE)) == []


async def test_search_brings_whole_posts_of_others(channel: Discourse, forum: FakeDiscourse) -> None:
    elsewhere, ours = forum.topic("Airlines", category=9), forum.topic("A bag", category=5)
    forum.write(elsewhere, "zoe", "Nimbea lost my bag, and it took them four weeks to find it again.")
    forum.write(elsewhere, "nimbea", "We of nimbea are sorry.")
    forum.write(elsewhere, "bob", "@nimbea where is mine?")
    forum.write(ours, "bob", "Nimbea, where is mine?")
    events = await read(channel, channel.search(forum.now - MINUTE))
    assert [(event.kind, event.text[-6:]) for event in events] == [("mention", "again.")]
    assert not await read(channel, channel.search(forum.now + MINUTE))


async def test_nothing_is_searched_where_no_words_are_given(forum: FakeDiscourse) -> None:
    assert Discourse(account(), SECRETS).search(forum.now) is None


async def test_post_that_is_gone_meanwhile_stops_no_search(channel: Discourse, forum: FakeDiscourse) -> None:
    forum.write(forum.topic("Airlines"), "zoe", "Nimbea lost my bag.")
    bodies = channel.search(forum.now - MINUTE)
    forum.posts[0].deleted = False
    forum.fails(Answer(429, wait=7))
    with pytest.raises(DeliveryLater) as caught:
        await read(channel, bodies)
    assert caught.value.retry_after == 7
