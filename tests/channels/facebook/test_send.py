"""What is sent arrives, and what is not says whether trying again makes sense."""

from __future__ import annotations

import json
import traceback

import msgspec
import pytest

from bot.channels.facebook import Facebook
from bot.channels.facebook.channel import FIELDS
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
    TakenElsewhere,
    Unreachable,
    WindowClosed,
)
from bot.messages import Address, Button, Outbound, Surface
from tests.channels.facebook.contract import SECRETS, account
from tests.channels.facebook.test_parse import one
from tests.fakes.clock import FakeClock
from tests.fakes.meta import Drop, FakePage, FakePerson, Hang, Meta, Page502, Refuse
from tests.fakes.meta.faults import Fault


def to(chat: str = "5005", surface: Surface = "private", thread: str = "", person: str = "5005") -> Address:
    return Address(
        channel="facebook", account="shop_uk", surface=surface, chat=chat, person=person, thread=thread
    )


def text(words: str = "On its way", address: Address | None = None, **more: object) -> Outbound:
    outbound = Outbound(id=17, address=address or to(), text=words, purpose="answer")
    return msgspec.structs.replace(outbound, **more)


async def test_text_arrives_with_our_mark(channel: Facebook, page: FakePage, ann: FakePerson) -> None:
    receipt = await channel.send(text())
    assert page.texts(ann) == ["On its way"]
    assert page.sent[0]["message"]["metadata"] == "relais:17"
    assert (receipt.message_id, receipt.private_chat) == (page.sent[0]["mid"], "")


async def test_buttons_become_quick_replies_that_fit(
    channel: Facebook, page: FakePage, ann: FakePerson
) -> None:
    buttons = tuple(Button(title=f"{n} " + "é" * 30, payload="x" * 1001) for n in range(15))
    await channel.send(text(buttons=(Button(title="Refund", payload="/question_refund"), *buttons)))
    first, second, *rest = page.sent[0]["message"]["quick_replies"]
    assert first == {"content_type": "text", "title": "Refund", "payload": "/question_refund"}
    assert (second["title"], second["payload"]) == ("0 " + "é" * 17 + "…", "0 " + "é" * 30)
    assert len(rest) == 11


async def test_title_is_not_cut_within_what_is_seen_as_one(
    channel: Facebook, page: FakePage, ann: FakePerson
) -> None:
    await channel.send(text(buttons=(Button(title="x" * 17 + "👩‍👩‍👧‍👦!", payload="y"),)))
    assert page.sent[0]["message"]["quick_replies"][0]["title"] == "x" * 17 + "…"


async def test_comment_is_answered_below_it(channel: Facebook, page: FakePage) -> None:
    comment = page.person("6006").comments("Where is my parcel?", "10001_77")
    address = to("10001_77", "public", thread=comment.id, person="6006")
    buttons = (Button(title="Refund", payload="/question_refund"),)
    receipt = await channel.send(text("Soon", address, reply_to=comment.id, buttons=buttons))
    assert page.answers == [{"id": receipt.message_id, "below": comment.id, "message": "Soon\n\n• Refund"}]


async def test_post_of_a_visitor_is_answered_below_it(channel: Facebook, page: FakePage) -> None:
    post = page.person("6006").posts("You lost my bag")
    await channel.send(text("Soon", to(post.id, "public", person="6006"), reply_to=post.id))
    assert page.answers[0]["below"] == post.id


@pytest.mark.parametrize("is_post", [False, True])
async def test_commenter_is_answered_in_private_once(
    channel: Facebook, page: FakePage, is_post: bool
) -> None:
    bea = page.person("6006")
    said = bea.posts("Hm") if is_post else bea.comments("Hm", "10001_77")
    outbound = text("Hello", to(said.post, "public", person="6006"), reply_to=said.id, in_private=True)
    receipt = await channel.send(outbound)
    assert receipt.private_chat == "76006"
    assert page.sent[0]["message"]["text"] == "Hello"
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound)


async def test_private_reply_to_nothing_is_refused(channel: Facebook) -> None:
    with pytest.raises(DeliveryRefused):
        await channel.send(text(address=to("10001_77", "public"), in_private=True))


async def test_private_reply_to_an_old_comment_is_refused(
    channel: Facebook, page: FakePage, clock: FakeClock
) -> None:
    comment = page.person("6006").comments("Hm", "10001_77")
    clock.forward(days=8)
    with pytest.raises(DeliveryRefused):
        await channel.send(text(address=to("10001_77", "public"), reply_to=comment.id, in_private=True))


async def test_answer_after_a_day_is_refused(channel: Facebook, ann: FakePerson, clock: FakeClock) -> None:
    clock.forward(hours=25)
    with pytest.raises(WindowClosed):
        await channel.send(text())


async def test_human_has_seven_days_where_meta_allows_it(
    meta: Meta, page: FakePage, ann: FakePerson, clock: FakeClock
) -> None:
    page.inbox.human_agent = True
    channel = Facebook(account(base_url=meta.base_url, human_agent="yes"), SECRETS)
    clock.forward(days=6)
    await channel.send(text(late=True, purpose="agent"))
    clock.forward(days=2)
    with pytest.raises(WindowClosed):
        await channel.send(text(late=True, purpose="agent"))
    await channel.close()


async def test_late_answer_is_not_even_tried_without_the_permission(channel: Facebook, meta: Meta) -> None:
    with pytest.raises(WindowClosed):
        await channel.send(text(late=True, purpose="agent"))
    assert meta.calls["messages"] == 0


async def test_bot_never_claims_to_be_a_human(meta: Meta) -> None:
    channel = Facebook(account(base_url=meta.base_url, human_agent="yes"), SECRETS)
    with pytest.raises(WindowClosed):
        await channel.send(text(late=True))
    assert meta.calls["messages"] == 0


async def test_conversation_that_another_application_has_is_left_to_it(
    channel: Facebook, ann: FakePerson
) -> None:
    ann.is_taken_elsewhere()
    with pytest.raises(TakenElsewhere):
        await channel.send(text())


async def test_who_has_gone_cannot_be_reached(channel: Facebook, ann: FakePerson) -> None:
    ann.goes()
    with pytest.raises(Unreachable):
        await channel.send(text())


async def test_dead_token_stops_the_account_and_is_never_shown(
    channel: Facebook, meta: Meta, ann: FakePerson
) -> None:
    meta.revoke(SECRETS["token"])
    with pytest.raises(AccountStopped) as caught:
        await channel.send(text())
    assert SECRETS["token"] not in "".join(traceback.format_exception(caught.value))


async def test_too_many_messages_may_be_sent_later(
    channel: Facebook, page: FakePage, ann: FakePerson, clock: FakeClock
) -> None:
    page.inbox.limit = (1, 60.0)
    await channel.send(text())
    with pytest.raises(DeliveryLater):
        await channel.send(text())
    clock.forward(minutes=2)
    await channel.send(text())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Refuse(4), DeliveryLater),
        (Refuse(613), DeliveryLater),
        (Refuse(2, status=500), DeliveryLater),
        (Refuse(100, 2018001), DeliveryRefused),
        (Refuse(190, status=401), AccountStopped),
        (Page502(), DeliveryUnknown),
        (Page502(503), DeliveryLater),
        (Drop(), DeliveryUnknown),
        (Drop(after=True), DeliveryUnknown),
        (Hang(), DeliveryUnknown),
    ],
)
async def test_failure_says_what_to_do(
    channel: Facebook, meta: Meta, ann: FakePerson, fault: Fault, kind: type[DeliveryError]
) -> None:
    meta.faults.next("messages", fault)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(text())
    assert type(caught.value) is kind


async def test_wait_that_meta_asks_for_is_told(channel: Facebook, meta: Meta, ann: FakePerson) -> None:
    meta.faults.next("messages", Refuse(4, status=429, retry_after=30))
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(text())
    assert caught.value.retry_after == 30


async def test_message_never_left_where_nobody_listens(unused_tcp_port: int) -> None:
    channel = Facebook(account(base_url=f"http://127.0.0.1:{unused_tcp_port}"), SECRETS)
    with pytest.raises(DeliveryLater):
        await channel.send(text())
    await channel.close()


async def test_typing_and_seen_are_shown_in_private_only(
    channel: Facebook, page: FakePage, ann: FakePerson
) -> None:
    await channel.show_typing(to())
    await channel.show_typing(to("10001_77", "public"))
    channel.received(one("message"))
    channel.received(one("comment"))
    channel.received(one("echo"))
    await channel.close()
    assert sorted(each["action"] for each in page.actions) == ["mark_seen", "typing_on"]


@pytest.mark.parametrize("fault", [Refuse(10, 2018300), Drop(), Page502()])
async def test_sign_that_cannot_be_shown_is_no_error(channel: Facebook, meta: Meta, fault: Fault) -> None:
    meta.faults.next("actions", fault)
    channel.received(one("message"))
    await channel.close()


async def test_check_says_who_the_page_is(channel: Facebook, meta: Meta) -> None:
    assert await channel.check() == "Shop"
    meta.faults.next("node", Hang())
    with pytest.raises(DeliveryLater):
        await channel.check()


async def test_events_are_asked_for_where_that_is_wanted(meta: Meta, page: FakePage) -> None:
    channel = Facebook(account(base_url=meta.base_url, subscribe="yes"), SECRETS)
    await channel.open()
    assert page.subscribed == ",".join(FIELDS)
    await channel.close()


async def test_private_link_brings_the_token_back(channel: Facebook, page: FakePage, ann: FakePerson) -> None:
    assert channel.private_link("Zq3") == "https://m.me/shop.uk?ref=Zq3"


async def test_secrets_are_not_in_representations(channel: Facebook) -> None:
    shown = f"{channel!r} {vars(channel)!r} {json.dumps(vars(channel), default=repr)}"
    assert not any(secret in shown for secret in SECRETS.values())


@pytest.mark.parametrize("name", ["token", "app_secret", "verify"])
@pytest.mark.parametrize("value", ["", "two words", "ümlaut"])
def test_secret_that_is_missing_or_odd_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"facebook/shop_uk.*{name}"):
        Facebook(account(), {**SECRETS, name: value})


@pytest.mark.parametrize(
    "options", [{"page_id": ""}, {"page_id": "1/2"}, {"human_agent": "maybe"}, {"colour": "red"}]
)
def test_odd_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(BrandError, match=next(iter(options))):
        Facebook(account(**options), SECRETS)
