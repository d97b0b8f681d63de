"""One attempt to send, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.discourse import Discourse
from bot.channels.discourse.api import Forbidden, Invalid, sort
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
)
from bot.messages import Address, Button, Outbound
from tests.channels.discourse.contract import SECRETS, USERNAME, account
from tests.fakes.discourse import Answer, FakeDiscourse, Hang
from tests.fakes.discourse.forum import Topic

TEXT = "One bag of 55 x 40 x 25 cm."


def outbound(topic: Topic | None = None, text: str = TEXT, **fields: Any) -> Outbound:
    chat = str(topic.id) if topic else "301"
    public = Address(channel="discourse", account="nimbea", surface="public", chat=chat, person="ann")
    return Outbound(**{"id": 7, "address": public, "text": text, "purpose": "answer", **fields})


@pytest.fixture
def topic(forum: FakeDiscourse) -> Topic:
    topic = forum.topic("A bag", category=5)
    forum.write(topic, "ann", "Where is my suitcase, please?")
    return topic


async def test_answer_hangs_below_what_is_answered(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    receipt = await channel.send(outbound(topic, reply_to=f"{topic.id}/1"))
    assert receipt.message_id == f"{topic.id}/2"
    assert forum.sent == [{"topic_id": topic.id, "raw": TEXT, "reply_to_post_number": 1}]


async def test_text_that_answers_nothing_names_whom_it_is_for_and_nobody_else(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    await channel.send(outbound(topic, text="Ask @bob, or write to bob@nimbea.example."))
    assert forum.sent[0]["raw"] == "@ann Ask @\u200bbob, or write to bob@nimbea.example."


async def test_buttons_are_listed(channel: Discourse, forum: FakeDiscourse, topic: Topic) -> None:
    seats = (Button(title="Window", payload="by the window"),)
    await channel.send(
        outbound(topic, text="Which one do you like?", reply_to=f"{topic.id}/1", buttons=seats)
    )
    assert forum.sent[0]["raw"] == "Which one do you like?\n\n• Window"


async def test_short_answer_arrives_all_the_same(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    await channel.send(outbound(topic, text="Yes.", reply_to=f"{topic.id}/1"))
    assert [post["raw"] for post in forum.sent] == ["Yes."]
    assert forum.calls.count("POST /posts.json") == 2


async def test_second_customer_gets_the_same_answer(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    forum.write(topic, "bob", "What about my cabin bag, then?")
    first = await channel.send(outbound(topic, reply_to=f"{topic.id}/1"))
    second = await channel.send(outbound(topic, reply_to=f"{topic.id}/2"))
    assert first.message_id != second.message_id


async def test_what_no_rule_of_posts_explains_stays_refused(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    topic.closed = True
    with pytest.raises(Invalid):
        await channel.send(outbound(topic))
    assert forum.sent == []


async def test_private_answer_to_a_public_post_is_a_new_message_to_its_author(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    text = f"Reply from Nimbéa: {'let us go on here, where nobody reads along, ' * 3}please."
    receipt = await channel.send(outbound(topic, text=text, reply_to=f"{topic.id}/1", in_private=True))
    (sent,) = forum.sent
    assert (sent["archetype"], sent["target_recipients"]) == ("private_message", "ann")
    assert sent["title"].endswith("…")
    assert len(sent["title"]) <= 81
    assert receipt.message_id == f"{receipt.private_chat}/1"


async def test_test_message_begins_a_private_one(channel: Discourse, forum: FakeDiscourse) -> None:
    address = channel.recipient("@bob")
    assert address
    receipt = await channel.send(outbound(address=address, text="This is a test of Relais."))
    assert forum.sent[0]["target_recipients"] == "bob"
    assert receipt.message_id.endswith("/1")
    assert channel.recipient("bob, all of you") is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(429, wait=3), DeliveryLater),
        (Answer(429, wait=3, header=False), DeliveryLater),
        (Answer(503, "read_only"), DeliveryLater),
        (Answer(409), DeliveryLater),
        (Answer(302), DeliveryLater),
        (Answer(500), DeliveryUnknown),
        (Answer(502), DeliveryUnknown),
        (Answer(504), DeliveryUnknown),
        (Answer(400, "invalid_parameters"), DeliveryRefused),
        (Answer(403, "invalid_access"), Forbidden),
        (Answer(404, "not_found"), DeliveryRefused),
    ],
)
async def test_error_says_whether_trying_again_makes_sense(
    channel: Discourse, forum: FakeDiscourse, answer: Answer, kind: type[DeliveryError]
) -> None:
    forum.fails(answer)
    with pytest.raises(kind) as caught:
        await channel.send(outbound())
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == answer.wait


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'{"extras": 3}', b'{"extras": {"wait_seconds": "x"}}', b"Slow down"]
)
def test_odd_error_is_an_error_too(payload: bytes) -> None:
    error = sort(429, {"Retry-After": "soon"}, payload)
    assert isinstance(error, DeliveryLater)
    assert error.retry_after is None


async def test_calls_that_are_used_up_are_waited_for(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    forum.allows(1)
    await channel.send(outbound(topic))
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(topic, text="And another one, of another length."))
    assert caught.value.retry_after == 42
    assert len(forum.sent) == 1


async def test_silence_is_a_doubt(channel: Discourse, forum: FakeDiscourse, topic: Topic) -> None:
    forum.fails(Hang())
    with pytest.raises(DeliveryUnknown):
        await channel.send(outbound(topic))
    assert len(forum.sent) == 1


async def test_post_that_waits_for_a_moderator_is_a_doubt(
    channel: Discourse, forum: FakeDiscourse, topic: Topic
) -> None:
    forum.moderated = True
    with pytest.raises(DeliveryUnknown, match="moderator"):
        await channel.send(outbound(topic))


async def test_who_is_not_there_has_got_nothing() -> None:
    channel = Discourse(account(base_url="http://127.0.0.1:9"), SECRETS, timeout=2)
    with pytest.raises(DeliveryLater):
        await channel.send(outbound())
    await channel.close()


@pytest.mark.parametrize("chat", ["", "x", "1/2", "9" * 40])
async def test_address_that_is_none_is_refused(channel: Discourse, chat: str) -> None:
    address = Address(channel="discourse", account="nimbea", surface="public", chat=chat, person="ann")
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound(address=address))


async def test_check_says_who_the_account_is(channel: Discourse, forum: FakeDiscourse) -> None:
    assert await channel.check() == f"@{USERNAME} on {forum.base_url}"


async def test_administrator_stops_the_account(channel: Discourse, forum: FakeDiscourse) -> None:
    forum.admin = True
    with pytest.raises(AccountStopped, match="administrator"):
        await channel.check()


async def test_dead_key_is_told_and_not_shown(forum: FakeDiscourse) -> None:
    secrets = {**SECRETS, "token": "another-token"}
    channel = Discourse(account(base_url=forum.base_url), secrets)
    for attempt in (channel.check(), channel.send(outbound())):
        with pytest.raises(AccountStopped) as caught:
            await attempt
        assert "another-token" not in f"{caught.value} {channel!r} {channel.__dict__}"
    await channel.close()
