"""What the Cloud API makes of what we send, and what we make of what it says."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp import channel as whatsapp
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
    Unreachable,
    WindowClosed,
)
from bot.messages import Address, Button, Inbound, Outbound, Template
from tests.channels.whatsapp.contract import NUMBER_ID, SECRETS, account
from tests.fakes.clock import FakeClock
from tests.fakes.meta import Drop, Hang, Meta, Page502, Refuse
from tests.fakes.meta.errors import Json
from tests.fakes.meta.numbers import BURST, FakeCustomer, FakeNumber

CHANGED = Template(name="case_news", language="en", parameters=("NB-7K2Q",))


def to(chat: str, text: str = "One bag.", **more: Any) -> Outbound:
    address = Address(channel="whatsapp", account="care_uk", surface="private", chat=chat, person=chat)
    return Outbound(id=17, address=address, text=text, purpose="answer", **more)


def heard(channel: WhatsApp, number: FakeNumber) -> list[Inbound]:
    """What the number has told of so far."""
    body = {"object": "whatsapp_business_account", "entry": number.told}
    return channel.parse(json.dumps(body).encode())


@pytest.mark.parametrize("named", ["number", "user_id"])
async def test_text_reaches_a_customer_by_either_name(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, named: str
) -> None:
    receipt = await channel.send(to(getattr(ann, named), reply_to=ann.said[0]))
    assert number.texts() == ["One bag."]
    assert number.sent[0]["request"]["context"] == {"message_id": ann.said[0]}
    assert receipt.message_id == number.sent[0]["id"]


async def test_what_becomes_of_a_text_is_told_with_our_own_number(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer
) -> None:
    receipt = await channel.send(to(ann.number))
    number.tells(number.sent[0], "read")
    sent, read = heard(channel, number)[1:]
    assert (sent.kind, read.kind) == ("sent", "read")
    assert {event.message_id for event in (sent, read)} == {receipt.message_id}
    assert {event.correlation for event in (sent, read)} == {17}


@pytest.mark.parametrize(
    "titles", [("Window", "Aisle"), tuple("ABCDE"), ("A seat by the window in the last row", "Aisle")]
)
async def test_choices_are_taken_and_come_back_pressed(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, titles: tuple[str, ...]
) -> None:
    buttons = tuple(Button(title=title, payload=f"say {title}") for title in titles)
    await channel.send(to(ann.number, "Which?", buttons=buttons))
    ann.presses(number.sent[0], titles[-1])
    event = heard(channel, number)[-1]
    assert (event.text, event.shown, event.text_is_payload) == (f"say {titles[-1]}", titles[-1], True)
    assert event.reply_to == number.sent[0]["id"]


async def test_longest_text_is_taken(channel: WhatsApp, number: FakeNumber, ann: FakeCustomer) -> None:
    longest = "x" * channel.features.longest_text
    await channel.send(to(ann.number, longest))
    assert number.texts() == [longest]


async def test_after_a_day_only_a_template_is_taken(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, clock: FakeClock
) -> None:
    number.templates["case_news", "en"] = 1
    clock.forward(hours=24, seconds=1)
    with pytest.raises(WindowClosed, match="131047"):
        await channel.send(to(ann.number))
    await channel.send(to(ann.number, template=CHANGED))
    assert number.texts() == ["case_news"]


async def test_text_that_came_too_late_may_fail_afterwards(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, clock: FakeClock
) -> None:
    number.tells_late = True
    clock.forward(hours=24, seconds=1)
    await channel.send(to(ann.number))
    failed = heard(channel, number)[-1]
    assert (failed.kind, failed.correlation) == ("failed", 17)
    assert failed.reason == "131047 Re-engagement message"


@pytest.mark.parametrize("blanks", [0, 2, None])
async def test_template_that_is_not_the_approved_one_is_refused(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, blanks: int | None
) -> None:
    if blanks is not None:
        number.templates["case_news", "en"] = blanks
    with pytest.raises(DeliveryRefused, match="13200"):
        await channel.send(to(ann.number, template=CHANGED))


async def test_too_many_texts_to_one_customer_wait_and_stop_nobody_else(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer
) -> None:
    bob = number.customer("447700900456")
    bob.says("hello")
    for _ in range(BURST):
        await channel.send(to(ann.number))
    with pytest.raises(DeliveryLater) as later:
        await channel.send(to(ann.number))
    # A wish to wait would make the whole account wait.
    assert later.value.retry_after is None
    await channel.send(to(bob.number))


async def test_who_has_left_is_unreachable(channel: WhatsApp, ann: FakeCustomer) -> None:
    ann.gone = True
    with pytest.raises(Unreachable):
        await channel.send(to(ann.number))


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        *((code, 400, DeliveryLater) for code in (1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056)),
        (131057, 500, DeliveryLater),
        (133004, 503, DeliveryLater),
        (131047, 400, WindowClosed),
        (131026, 400, Unreachable),
        (0, 401, AccountStopped),
        (33, 400, AccountStopped),
        (190, 401, AccountStopped),
        (368, 403, AccountStopped),
        *((code, 403, AccountStopped) for code in (131005, 131031)),
        *((code, 400, AccountStopped) for code in (131045, 133010)),
        # With a status that would mean later, and never all the same.
        *((code, 500, DeliveryRefused) for code in (3, 131051, 130472, 131049, 132000, 132015)),
        *((code, 400, DeliveryRefused) for code in (10, 100, 131008, 131009, 131021, 131030)),
        *((code, 400, DeliveryRefused) for code in (131042, 131050, 131062, 132001, 132012, 139999)),
    ],
)
async def test_every_refusal_is_sorted(
    channel: WhatsApp, meta: Meta, ann: FakeCustomer, code: int, status: int, kind: type[DeliveryError]
) -> None:
    meta.faults.next("messages", Refuse(code, status=status))
    with pytest.raises(DeliveryError, match=str(code)) as refused:
        await channel.send(to(ann.number))
    assert type(refused.value) is kind


async def test_complaints_of_customers_make_the_account_rest(
    channel: WhatsApp, meta: Meta, ann: FakeCustomer
) -> None:
    meta.faults.next("messages", Refuse(131048))
    with pytest.raises(DeliveryLater) as later:
        await channel.send(to(ann.number))
    assert later.value.retry_after == 600


@pytest.mark.parametrize("fault", [Drop(after=True), Hang(), Page502()])
async def test_nobody_knows_what_became_of_a_text_without_an_answer(
    channel: WhatsApp, meta: Meta, ann: FakeCustomer, fault: Drop | Hang | Page502
) -> None:
    meta.faults.next("messages", fault)
    with pytest.raises(DeliveryUnknown):
        await channel.send(to(ann.number))


async def test_status_tells_of_a_text_that_nobody_knew_of(
    channel: WhatsApp, number: FakeNumber, meta: Meta, ann: FakeCustomer
) -> None:
    meta.faults.next("messages", Drop(after=True))
    with pytest.raises(DeliveryUnknown):
        await channel.send(to(ann.number))
    event = heard(channel, number)[-1]
    assert (event.kind, event.correlation, event.message_id) == ("sent", 17, number.sent[0]["id"])


class Wordless:
    """A number that accepts everything and says nothing of it."""

    def facts(self) -> Json:
        """Nothing."""
        return {"id": "1"}

    async def post(self, edge: str, body: Json) -> Json:
        """Nothing."""
        return {"messages": [{}]}


async def test_answer_that_names_no_message_tells_nothing(
    channel: WhatsApp, meta: Meta, ann: FakeCustomer
) -> None:
    meta.register(NUMBER_ID, Wordless(), SECRETS["token"])
    with pytest.raises(DeliveryUnknown):
        await channel.send(to(ann.number))


async def test_dead_token_stops_the_account_and_is_not_told(
    channel: WhatsApp, meta: Meta, ann: FakeCustomer
) -> None:
    meta.revoke(SECRETS["token"])
    with pytest.raises(AccountStopped) as stopped:
        await channel.send(to(ann.number))
    assert SECRETS["token"] not in str(stopped.value)


async def test_platform_that_is_away_is_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    channel = WhatsApp(account(base_url=f"http://127.0.0.1:{port}"), SECRETS)
    try:
        with pytest.raises(DeliveryLater):
            await channel.send(to("447700900123"))
    finally:
        await channel.close()


async def test_message_is_marked_as_read_once_it_is_stored(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer
) -> None:
    for event in heard(channel, number):
        channel.received(event)
    await channel.close()
    assert number.reads == [
        {"messaging_product": "whatsapp", "status": "read", "message_id": ann.said[0]},
    ]


async def test_typing_is_shown_below_the_last_message(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer
) -> None:
    last = ann.says("are you there?")
    events = heard(channel, number)
    for event in events:
        channel.received(event)
    await channel.show_typing(events[0].address)
    assert {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": last,
        "typing_indicator": {"type": "text"},
    } in number.reads


async def test_reaction_and_status_are_nothing_to_read(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer
) -> None:
    await channel.send(to(ann.number))
    number.told.pop(0)
    ann.sends("reaction", {"message_id": number.sent[0]["id"], "emoji": "👍"})
    for event in heard(channel, number):
        channel.received(event)
    await channel.close()
    assert number.reads == []


async def test_typing_that_fails_or_has_nowhere_to_be_shown_is_no_error(
    channel: WhatsApp, meta: Meta, number: FakeNumber, ann: FakeCustomer
) -> None:
    await channel.show_typing(to("447700900999").address)
    assert meta.calls["messages"] == 0
    (event,) = heard(channel, number)
    meta.faults.next("messages", Refuse(131000, status=500), times=2)
    channel.received(event)
    await channel.show_typing(event.address)
    assert number.reads == []


async def test_only_so_many_chats_are_remembered(
    channel: WhatsApp, number: FakeNumber, ann: FakeCustomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatsapp, "REMEMBERED", 1)
    bob = number.customer("447700900456")
    bob.says("hello")
    events = heard(channel, number)
    for event in events:
        channel.received(event)
    await channel.close()
    number.reads.clear()
    for event in events:
        await channel.show_typing(event.address)
    assert [read["message_id"] for read in number.reads] == [bob.said[0]]
    await channel.close()


async def test_check_says_whose_number_it_is(channel: WhatsApp, meta: Meta) -> None:
    assert await channel.check() == "+44 20 7946 0958 (Shop)"
    meta.revoke(SECRETS["token"])
    with pytest.raises(AccountStopped):
        await channel.check()


def test_challenge_is_repeated_to_who_knows_the_verify_token(number: FakeNumber) -> None:
    channel = WhatsApp(account(), SECRETS)
    query = {"hub.mode": "subscribe", "hub.challenge": "1158", "hub.verify_token": SECRETS["verify"]}
    assert channel.handshake(query) == "1158"
    assert channel.handshake({**query, "hub.verify_token": "guessed"}) is None


@pytest.mark.parametrize("missing", ["token", "app_secret", "verify"])
def test_missing_secret_is_named_and_no_other_told(missing: str) -> None:
    secrets = {name: value for name, value in SECRETS.items() if name != missing}
    with pytest.raises(SettingsError, match=f"whatsapp/care_uk.*{missing}") as wrong:
        WhatsApp(account(), secrets)
    assert not any(value in str(wrong.value) for value in secrets.values())


@pytest.mark.parametrize(
    "options",
    [{"phone_number_id": ""}, {"phone_number_id": "+44 20"}, {"business_id": "a b"}, {"colour": "blue"}],
)
def test_wrong_option_is_refused(options: dict[str, str]) -> None:
    whole = {"number_id": options.pop("phone_number_id", NUMBER_ID), **options}
    with pytest.raises(BrandError, match="whatsapp/care_uk"):
        WhatsApp(account(**whole), SECRETS)


def test_channel_shows_no_secret() -> None:
    shown = repr(WhatsApp(account(), SECRETS))
    assert not any(value in shown for value in SECRETS.values())
