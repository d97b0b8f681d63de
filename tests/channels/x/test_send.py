"""What is sent arrives, and what is not says whether trying again makes sense."""

from __future__ import annotations

import msgspec
import pytest

from bot.channels.x import X
from bot.channels.x.bodies import fetched
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
    Unreachable,
)
from bot.messages import Address, Button, Outbound, Surface
from tests.channels.x.contract import SECRETS, account, oauth2
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakePerson, FakeShop, FakeX, Problem
from tests.fakes.x.faults import Drop, Page


def to(chat: str, surface: Surface = "public", person: str = "200") -> Address:
    return Address(channel="x", account="shop_uk", surface=surface, chat=chat, person=person)


def text(words: str, address: Address, **more: object) -> Outbound:
    return msgspec.structs.replace(Outbound(id=18, address=address, text=words, purpose="answer"), **more)


async def test_answer_hangs_below_the_post_that_it_answers(channel: X, x: FakeX, ann: FakePerson) -> None:
    asked = ann.posts("@shop where is my bag?")
    more = ann.posts("@shop hello?", below=asked)
    receipt = await channel.send(text("Soon", to(asked.id), reply_to=more.id))
    assert x.sent[0].id == receipt.message_id
    assert x.sent[0].parent is more
    assert x.sent[0].text == "@ann @shop Soon" or x.sent[0].text == "@ann Soon"


async def test_nobody_else_is_mentioned_in_public(channel: X, x: FakeX, ann: FakePerson) -> None:
    bob = x.person("300", "bob")
    await channel.send(text("Ask @bob", to(ann.posts("@shop where is my bag?").id)))
    assert bob.id not in x.sent[0].mentions.values()
    assert channel.parse(fetched("posts", {"data": [x.sent[0].new()]}))[0].text == "Ask @bob"


async def test_answer_without_an_occasion_hangs_at_the_head(channel: X, x: FakeX, ann: FakePerson) -> None:
    asked = ann.posts("@shop where is my bag?")
    await channel.send(text("Soon", to(asked.id), buttons=(Button(title="Refund", payload="r"),)))
    assert x.sent[0].parent is asked
    assert x.sent[0].said == "Soon\n\n• Refund"


async def test_message_goes_to_who_has_written_first(
    channel: X, x: FakeX, shop: FakeShop, ann: FakePerson
) -> None:
    ann.writes(shop, "hello")
    receipt = await channel.send(text("Good day", to("200", "private")))
    assert x.messages == [{"id": receipt.message_id, "to": "200", "text": "Good day"}]


async def test_nobody_else_is_written_to(channel: X, x: FakeX, shop: FakeShop, ann: FakePerson) -> None:
    with pytest.raises(Unreachable):
        await channel.send(text("Good day", to("200", "private")))
    asked = ann.posts("@shop where is my bag?")
    with pytest.raises(DeliveryRefused):
        await channel.send(text("Good day", to(asked.id), reply_to=asked.id, in_private=True))
    assert x.messages == []


async def test_who_did_not_ask_is_not_answered(channel: X, x: FakeX, ann: FakePerson) -> None:
    with pytest.raises(DeliveryRefused, match="not been mentioned"):
        await channel.send(text("May we help?", to(ann.posts("my bag is gone").id)))


async def test_same_words_to_the_same_person_are_refused(channel: X, x: FakeX, ann: FakePerson) -> None:
    asked = ann.posts("@shop where is my bag?")
    await channel.send(text("Soon", to(asked.id)))
    with pytest.raises(DeliveryRefused, match="duplicate content"):
        await channel.send(text("Soon", to(asked.id)))


async def test_limit_is_kept_before_x_has_to_refuse(
    channel: X, x: FakeX, shop: FakeShop, ann: FakePerson, clock: FakeClock
) -> None:
    ann.writes(shop, "hello")
    for number in range(15):
        await channel.send(text(f"Number {number}", to("200", "private")))
    clock.forward(seconds=100)
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(text("One more", to("200", "private")))
    assert (caught.value.retry_after, caught.value.surface) == (800, "private")
    assert x.calls["messages"] == 15
    asked = ann.posts("@shop where is my bag?")
    await channel.send(text("Soon", to(asked.id)))
    clock.forward(seconds=800)
    await channel.send(text("One more", to("200", "private")))


async def test_limit_that_others_have_used_up_is_waited_for(channel: X, x: FakeX, ann: FakePerson) -> None:
    x.limits.most["posts"] = 0
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(text("Soon", to(ann.posts("@shop where?").id)))
    assert (caught.value.retry_after, caught.value.surface) == (900, "public")


async def test_used_up_usage_stops_the_account(channel: X, x: FakeX, ann: FakePerson) -> None:
    x.is_used_up = True
    with pytest.raises(AccountStopped, match="used up"):
        await channel.send(text("Soon", to(ann.posts("@shop where?").id)))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Drop(), DeliveryUnknown),
        (Drop(after=True), DeliveryUnknown),
        (Page(502), DeliveryUnknown),
        (Page(503), DeliveryLater),
        (Problem(401, "Unauthorized"), AccountStopped),
    ],
)
async def test_trouble(
    channel: X, x: FakeX, ann: FakePerson, fault: Problem | Page | Drop, error: type[Exception]
) -> None:
    x.faults.next("posts", fault)
    with pytest.raises(error):
        await channel.send(text("Soon", to(ann.posts("@shop where?").id)))


async def test_nobody_there_is_tried_again(x: FakeX, ann: FakePerson) -> None:
    channel = X(account(base_url="http://127.0.0.1:1"), SECRETS, timeout=2)
    with pytest.raises(DeliveryLater):
        await channel.send(text("Soon", to("1")))
    await channel.close()


async def test_check_says_who_it_is_and_whether_the_label_is_there(
    channel: X, x: FakeX, shop: FakeShop
) -> None:
    assert await channel.check() == "@shop"
    shop.is_automated = False
    assert await channel.check() == "@shop (its profile does not say that it is automated)"


async def test_tokens_of_another_account_stop_it(x: FakeX, shop: FakeShop, clock: FakeClock) -> None:
    channel = X(account(base_url=x.base_url, user_id="101"), SECRETS, clock=clock)
    with pytest.raises(AccountStopped, match="@shop"):
        await channel.check()
    await channel.close()


async def test_wrong_signature_is_refused(x: FakeX, shop: FakeShop, clock: FakeClock) -> None:
    channel = X(account(base_url=x.base_url), {**SECRETS, "token_secret": "wrong"}, clock=clock)
    with pytest.raises(AccountStopped):
        await channel.check()
    await channel.close()


def test_link_opens_a_message_to_us_with_its_token() -> None:
    channel = X(account(), SECRETS)
    link = "https://x.com/messages/compose?recipient_id=100&text=ref%3AZq3"
    assert channel.private_link("Zq3") == link


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"user_id": ""}, "user_id"),
        ({"user_id": "@shop"}, "user_id"),
        ({"username": "no such name"}, "username"),
        ({"base_url": "api.x.com"}, "base_url"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_wrong_option_is_named(options: dict[str, str], error: str) -> None:
    with pytest.raises(BrandError, match=error):
        X(account(**options), SECRETS)


@pytest.mark.parametrize("name", ["consumer_key", "consumer_secret", "token", "token_secret"])
def test_missing_secret_is_named_and_none_is_shown(name: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        X(account(), {key: value for key, value in SECRETS.items() if key != name})
    assert not any(value in str(caught.value) for value in SECRETS.values() if "made-up" in value)


def test_account_with_changing_tokens_must_say_where_they_are_kept() -> None:
    with pytest.raises(BrandError, match="tokens"):
        X(account(), oauth2("refresh"))
