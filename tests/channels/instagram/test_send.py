"""What is sent arrives, and what is not says whether trying again makes sense."""

from __future__ import annotations

import msgspec
import pytest

from bot.brand import Account
from bot.channels.instagram import Instagram
from bot.errors import BrandError, DeliveryRefused, WindowClosed
from bot.messages import Address, Button, Outbound, Surface
from tests.channels.instagram.contract import INSTAGRAM, SECRETS, account
from tests.channels.instagram.test_parse import one
from tests.fakes.clock import FakeClock
from tests.fakes.meta import FakeInstagram, FakePerson, Meta


def to(chat: str = "8008", surface: Surface = "private", thread: str = "") -> Address:
    return Address(
        channel="instagram", account="shop_uk", surface=surface, chat=chat, person="8008", thread=thread
    )


def text(words: str = "Soon", address: Address | None = None, **more: object) -> Outbound:
    outbound = Outbound(id=18, address=address or to(), text=words, purpose="answer")
    return msgspec.structs.replace(outbound, **more)


async def test_text_arrives_with_buttons_and_our_mark(
    channel: Instagram, shop: FakeInstagram, ann: FakePerson
) -> None:
    receipt = await channel.send(text(buttons=(Button(title="Refund", payload="/question_refund"),)))
    assert shop.texts(ann) == ["Soon"]
    assert shop.sent[0]["message"]["metadata"] == "relais:18"
    assert shop.sent[0]["message"]["quick_replies"][0]["payload"] == "/question_refund"
    assert receipt.message_id == shop.sent[0]["mid"]


async def test_text_is_measured_in_bytes(channel: Instagram, shop: FakeInstagram, ann: FakePerson) -> None:
    await channel.send(text("é" * 500))
    with pytest.raises(DeliveryRefused):
        await channel.send(text("é" * 501))
    assert channel.features.measure("é😀") == 6


async def test_comment_is_answered_below_the_one_at_the_top(channel: Instagram, shop: FakeInstagram) -> None:
    top = shop.person("8009").comments("nice", "M1")
    below = shop.person("8008").comments("price?", "M1", below=top)
    await channel.send(text("9 €", to("M1", "public", thread=top.id), reply_to=below.id))
    assert shop.answers[0] | {"id": ""} == {"id": "", "below": top.id, "message": "9 €"}


async def test_commenter_is_answered_in_private_once(channel: Instagram, shop: FakeInstagram) -> None:
    comment = shop.person("8008").comments("price?", "M1")
    outbound = text("9 €", to("M1", "public", thread=comment.id), reply_to=comment.id, in_private=True)
    assert (await channel.send(outbound)).private_chat == "8008"
    with pytest.raises(DeliveryRefused):
        await channel.send(outbound)


@pytest.mark.parametrize("name", ["mention_in_a_comment", "mention_in_a_caption"])
async def test_mention_is_answered_in_its_own_way(channel: Instagram, shop: FakeInstagram, name: str) -> None:
    event = one(name)
    await channel.send(text("Thank you", event.address, reply_to=event.message_id))
    assert shop.answers[0]["below"] == ("C9" if "comment" in name else "")


async def test_answer_after_a_day_is_refused(channel: Instagram, ann: FakePerson, clock: FakeClock) -> None:
    clock.forward(hours=25)
    with pytest.raises(WindowClosed):
        await channel.send(text())


async def test_check_says_who_the_account_is(channel: Instagram) -> None:
    assert await channel.check() == "@shop"


async def test_account_without_a_page_speaks_for_itself(meta: Meta, ann: FakePerson) -> None:
    options = {"instagram_id": INSTAGRAM, "base_url": meta.base_url}
    channel = Instagram(Account(channel="instagram", id="shop_uk", market="uk", options=options), SECRETS)
    assert channel.private_link("Zq3") is None
    await channel.open()
    await channel.send(text())
    assert channel.private_link("Zq3") == "https://ig.me/m/shop?ref=Zq3"
    await channel.close()


def test_account_without_a_number_is_named() -> None:
    with pytest.raises(BrandError, match=r"instagram/shop_uk.*instagram_id"):
        Instagram(account(instagram_id=""), SECRETS)
