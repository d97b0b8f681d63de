"""Texts that are sent, and what the server's answers mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.channels.bluesky import Bluesky
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    Forged,
    SettingsError,
    Unreachable,
)
from bot.messages import Address, Button, Outbound
from tests.channels.bluesky.contract import PASSWORD, account, build
from tests.channels.bluesky.follower import Rests, channel_of
from tests.fakes import bluesky as fake
from tests.fakes.bluesky import Answer, Drop, FakePerson, Hang, XrpcError
from tests.fakes.clock import FakeClock

CREATE = "com.atproto.repo.createRecord"
SEND = "chat.bsky.convo.sendMessage"
TAG = "@shop.bsky.example"


def private(person: FakePerson) -> Address:
    return Address(
        channel="bluesky", account="shop_uk", surface="private", chat=person.did, person=person.did
    )


def public(root: str, person: FakePerson) -> Address:
    return Address(channel="bluesky", account="shop_uk", surface="public", chat=root, person=person.did)


def outbound(address: Address, text: str = "Hello", number: int = 1, **more: Any) -> Outbound:
    return Outbound(id=number, address=address, text=text, purpose="answer", **more)


async def test_answer_hangs_below_what_it_answers_in_its_thread(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, ann: FakePerson
) -> None:
    root = ann.says("my journey")
    asked = ann.says(f"{TAG} where is my bag?", to=root)
    said = outbound(public(root, ann), "Voilà: https://shop.example/é", reply_to=asked, language="fr")
    receipt = await channel.send(said)
    (reply,) = ann.replies(asked)
    record = reply["record"]
    assert (reply["uri"], reply["author"]) == (receipt.message_id, shop.did)
    assert record["reply"]["root"] == {"uri": root, "cid": world.network.posts[root]["cid"]}
    assert record["reply"]["parent"] == {"uri": asked, "cid": world.network.posts[asked]["cid"]}
    assert (record["langs"], record["createdAt"]) == (["fr"], "2026-11-21T12:00:00.000Z")
    assert record["facets"][0]["index"] == {"byteStart": 8, "byteEnd": 31}


async def test_same_text_twice_is_one_post(channel: Bluesky, ann: FakePerson) -> None:
    root = ann.says(f"{TAG} hello")
    first, second = [await channel.send(outbound(public(root, ann), reply_to=root)) for _ in range(2)]
    other = await channel.send(outbound(public(root, ann), reply_to=root, number=2))
    assert first == second
    assert [each["uri"] for each in ann.replies(root)] == [first.message_id, other.message_id]


@pytest.mark.parametrize(
    "duplicate",
    [
        XrpcError(500, "InternalServerError"),
        XrpcError(400, "RecordAlreadyExists"),
        XrpcError(409, "RecordAlreadyExists"),
        XrpcError(400, "InvalidRequest", "Record already exists"),
    ],
    ids=str,
)
async def test_post_that_is_there_already_counts_as_sent_however_it_is_said(
    world: fake.Bluesky, channel: Bluesky, ann: FakePerson, duplicate: XrpcError
) -> None:
    world.network.duplicate = duplicate
    root = ann.says(f"{TAG} hello")
    first, second = [await channel.send(outbound(public(root, ann), reply_to=root)) for _ in range(2)]
    assert first == second


async def test_another_process_finds_what_one_has_sent(
    world: fake.Bluesky, channel: Bluesky, ann: FakePerson, clock: FakeClock, rests: Rests
) -> None:
    root = ann.says(f"{TAG} hello")
    first = await channel.send(outbound(public(root, ann), reply_to=root))
    clock.forward(minutes=2)
    another = channel_of(world, clock, rests)
    assert await another.send(outbound(public(root, ann), reply_to=root)) == first
    await another.close()
    assert len(ann.replies(root)) == 1


@pytest.mark.parametrize(
    "fault", [Drop(after=True), Answer(504, "", after=True), Answer(200, "{}", after=True)], ids=str
)
async def test_answer_that_was_lost_is_looked_for(
    world: fake.Bluesky, channel: Bluesky, ann: FakePerson, fault: fake.Answer | fake.Drop
) -> None:
    root = ann.says(f"{TAG} hello")
    said = outbound(public(root, ann), reply_to=root)
    world.faults.next(CREATE, fault)
    try:
        receipt = await channel.send(said)
    except DeliveryLater:
        receipt = await channel.send(said)
    assert [each["uri"] for each in ann.replies(root)] == [receipt.message_id]


async def test_server_that_takes_too_long_is_tried_later(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson
) -> None:
    hasty = Bluesky(account(base_url=world.base_url), {"password": PASSWORD}, timeout=0.2)
    asked = ann.writes(shop, "hello")
    world.faults.next(SEND, Hang())
    with pytest.raises(DeliveryLater):
        await hasty.send(outbound(private(ann), reply_to=asked))
    await hasty.send(outbound(private(ann), reply_to=asked))
    await hasty.close()
    assert ann.reads(shop) == ["Hello"]


async def test_buttons_are_a_list_and_long_texts_are_refused_by_the_server(
    channel: Bluesky, ann: FakePerson
) -> None:
    root = ann.says(f"{TAG} hello")
    buttons = (Button(title="Yes", payload="/yes"),)
    await channel.send(outbound(public(root, ann), reply_to=root, buttons=buttons))
    assert ann.replies(root)[0]["record"]["text"] == "Hello\n\n• Yes"
    with pytest.raises(DeliveryRefused, match="graphemes"):
        await channel.send(outbound(public(root, ann), "é" * 301, reply_to=root))
    await channel.send(outbound(public(root, ann), "é" * 300, reply_to=root))


async def test_customer_may_be_named_and_nobody_else(
    channel: Bluesky, world: fake.Bluesky, ann: FakePerson
) -> None:
    bob = world.person("bob")
    root = ann.says(f"{TAG} hello")
    text = "@ann.bsky.example ask @bob.bsky.example"
    receipt = await channel.send(outbound(public(root, ann), text, reply_to=root))
    (facet,) = world.network.posts[receipt.message_id]["record"]["facets"]
    assert facet["features"][0]["did"] == ann.did
    assert bob.did not in str(facet)


async def test_answer_without_occasion_goes_below_the_thread(channel: Bluesky, ann: FakePerson) -> None:
    root = ann.says(f"{TAG} hello")
    await channel.send(outbound(public(root, ann)))
    assert len(ann.replies(root)) == 1


async def test_answer_to_what_was_deleted_goes_below_the_customers_thread(
    channel: Bluesky, ann: FakePerson
) -> None:
    root = ann.says("my journey")
    asked = ann.says(f"{TAG} hello", to=root)
    ann.deletes(asked)
    await channel.send(outbound(public(root, ann), reply_to=asked))
    assert len(ann.replies(root)) == 1


async def test_answer_where_nothing_is_left_is_refused(
    channel: Bluesky, ann: FakePerson, shop: FakePerson
) -> None:
    ours = shop.says("We fly to Rome")
    asked = ann.says("and to Oslo?", to=ours)
    ann.deletes(asked)
    with pytest.raises(DeliveryRefused, match="not there any more"):
        await channel.send(outbound(public(ours, ann), reply_to=asked))


async def test_who_blocks_us_is_unreachable(channel: Bluesky, shop: FakePerson, ann: FakePerson) -> None:
    root = ann.says(f"{TAG} hello")
    ann.account.blocks.add(shop.did)
    with pytest.raises(Unreachable):
        await channel.send(outbound(public(root, ann), reply_to=root))


async def test_thread_that_is_closed_is_left_alone(
    channel: Bluesky, world: fake.Bluesky, ann: FakePerson
) -> None:
    root = ann.says(f"{TAG} hello")
    world.network.closed.add(root)
    with pytest.raises(DeliveryRefused, match="does not let us"):
        await channel.send(outbound(public(root, ann), reply_to=root))


async def test_direct_answer_takes_a_request_up(channel: Bluesky, shop: FakePerson, ann: FakePerson) -> None:
    asked = ann.writes(shop, "my booking is lost")
    receipt = await channel.send(outbound(private(ann), "See https://shop.example", reply_to=asked))
    assert ann.reads(shop) == ["See https://shop.example"]
    assert receipt.private_chat == ""


async def test_public_message_is_answered_in_private(
    channel: Bluesky, shop: FakePerson, ann: FakePerson
) -> None:
    asked = ann.says(f"{TAG} my booking is lost")
    receipt = await channel.send(outbound(public(asked, ann), reply_to=asked, in_private=True))
    assert ann.reads(shop) == ["Hello"]
    assert receipt.private_chat == ann.did
    assert ann.replies(asked) == []


@pytest.mark.parametrize("incoming", ["none", "following"])
async def test_who_takes_no_messages_is_unreachable_in_private(
    channel: Bluesky, ann: FakePerson, incoming: str
) -> None:
    asked = ann.says(f"{TAG} my booking is lost")
    ann.account.incoming = incoming
    with pytest.raises(Unreachable, match="incoming messages"):
        await channel.send(outbound(public(asked, ann), reply_to=asked, in_private=True))


@pytest.mark.parametrize("fault", [Drop(after=True), Answer(502, "", after=True)], ids=str)
async def test_direct_message_whose_answer_was_lost_is_said_once(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, ann: FakePerson, fault: fake.Answer | fake.Drop
) -> None:
    asked = ann.writes(shop, "hello")
    world.faults.next(SEND, fault)
    said = outbound(private(ann), reply_to=asked)
    with pytest.raises(DeliveryLater):
        await channel.send(said)
    receipt = await channel.send(said)
    assert ann.reads(shop) == ["Hello"]
    assert await channel.send(said) == receipt


async def test_direct_message_whose_answer_was_lost_is_found_before_what_was_said_since(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, ann: FakePerson
) -> None:
    ann.writes(shop, "hello")
    world.faults.next(SEND, Drop(after=True))
    with pytest.raises(DeliveryLater):
        await channel.send(outbound(private(ann)))
    ann.writes(shop, "anybody there?")
    await channel.send(outbound(private(ann)))
    assert ann.reads(shop) == ["Hello"]


async def test_same_words_of_another_text_are_said_again(
    channel: Bluesky, shop: FakePerson, ann: FakePerson
) -> None:
    asked = ann.writes(shop, "hello")
    for number in (1, 2):
        await channel.send(outbound(private(ann), "OK", number, reply_to=asked))
    later = ann.writes(shop, "hello?")
    await channel.send(outbound(private(ann), "OK", 3, reply_to=later))
    await channel.send(outbound(private(ann), "OK", 4))
    assert ann.reads(shop) == ["OK"] * 4


async def test_without_access_to_direct_messages_they_are_refused(
    world: fake.Bluesky, clock: FakeClock, rests: Rests
) -> None:
    world.shop(chat=False)
    ann = world.person("ann")
    channel = channel_of(world, clock, rests)
    with pytest.raises(DeliveryRefused, match="no access to direct messages"):
        await channel.send(outbound(private(ann)))
    assert "no direct messages" in await channel.check()
    await channel.close()


async def test_server_without_chat_is_public_only(clock: FakeClock, rests: Rests) -> None:
    async with fake.Bluesky(clock=lambda: clock().timestamp(), chat_proxy="") as world:
        shop = world.shop()
        shop.account.is_bot = True
        channel = channel_of(world, clock, rests)
        said = await channel.check()
        await channel.close()
    assert said.startswith("@shop.bsky.example (no direct messages")


async def test_check_says_who_it_is_and_whether_people_are_told(channel: Bluesky, shop: FakePerson) -> None:
    assert "does not say that it is automated" in await channel.check()
    shop.account.is_bot = True
    assert await channel.check() == "@shop.bsky.example"


FAILURES: list[tuple[int, str, type[DeliveryError]]] = [
    (500, '{"error": "InternalServerError"}', DeliveryLater),
    (502, '{"error": "UpstreamFailure", "message": "Upstream"}', DeliveryLater),
    (503, "<html>", DeliveryLater),
    (302, "", DeliveryLater),
    (408, "", DeliveryLater),
    (200, "[1]", DeliveryLater),
    (200, "<html>", DeliveryLater),
    (400, '{"error": "InvalidRequest", "message": "Invalid record"}', DeliveryRefused),
    (400, '{"error": "AccountTakedown", "message": "down"}', AccountStopped),
    (400, '{"error": ["odd"]}', DeliveryRefused),
    (413, '{"error": "PayloadTooLarge"}', DeliveryRefused),
]


@pytest.mark.parametrize(("status", "body", "kind"), FAILURES, ids=str)
async def test_failures_say_whether_to_try_again(
    world: fake.Bluesky, channel: Bluesky, ann: FakePerson, status: int, body: str, kind: type[DeliveryError]
) -> None:
    root = ann.says(f"{TAG} hello")
    world.faults.next(CREATE, Answer(status, body))
    with pytest.raises(kind) as caught:
        await channel.send(outbound(public(root, ann), reply_to=root))
    assert "made-up" not in str(caught.value)
    assert ann.replies(root) == []


async def test_limit_is_minded_before_it_is_asked_for_again(
    world: fake.Bluesky, channel: Bluesky, ann: FakePerson, clock: FakeClock
) -> None:
    hour, _ = world.limits.by_method[CREATE]
    hour.most = 3
    root = ann.says(f"{TAG} hello")
    await channel.send(outbound(public(root, ann), reply_to=root))
    for _ in range(2):
        with pytest.raises(DeliveryLater) as caught:
            await channel.send(outbound(public(root, ann), reply_to=root, number=2))
        assert caught.value.retry_after == pytest.approx(3600, abs=2)
    assert world.calls[CREATE] == 1
    clock.forward(minutes=61)
    await channel.send(outbound(public(root, ann), reply_to=root, number=2))


async def test_address_of_another_network_is_refused(channel: Bluesky, ann: FakePerson) -> None:
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound(public("5001", ann)))
    nobody = Address(channel="bluesky", account="shop_uk", surface="private", chat="77", person="77")
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound(nobody))


async def test_test_message_goes_to_a_handle(channel: Bluesky, shop: FakePerson, ann: FakePerson) -> None:
    address = channel.recipient("@ann.bsky.example")
    assert address is not None
    await channel.send(outbound(address))
    assert ann.reads(shop) == ["Hello"]
    assert channel.recipient("Ann Lee") is None
    nobody = channel.recipient("nobody.bsky.example")
    assert nobody is not None
    with pytest.raises(Unreachable):
        await channel.send(outbound(nobody))


@pytest.mark.parametrize(
    ("options", "secrets", "error"),
    [
        ({}, {}, SettingsError),
        ({}, {"password": "two\nlines"}, SettingsError),
        ({"handle": "shop"}, {"password": PASSWORD}, BrandError),
        ({"base_url": "ftp://x"}, {"password": PASSWORD}, BrandError),
        ({"base_url": "https://me:pw@x.example"}, {"password": PASSWORD}, BrandError),
        ({"chat_proxy": "bsky_chat"}, {"password": PASSWORD}, BrandError),
        ({"did": "shop"}, {"password": PASSWORD}, BrandError),
        ({"hanlde": "x"}, {"password": PASSWORD}, BrandError),
    ],
    ids=str,
)
def test_options_are_checked(
    options: dict[str, str], secrets: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        Bluesky(account(**options), secrets)
    assert PASSWORD not in str(caught.value)


def test_channel_tells_nothing_of_its_secrets() -> None:
    assert repr(build()) == "Bluesky(shop_uk)"
    with pytest.raises(Forged):
        build().authenticate({}, b"{}")
    assert build().private_link("token") is None
    assert build().features.private_reply == timedelta(days=365)
