"""Updates of Telegram become events, whatever they hold."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.telegram import Telegram
from bot.errors import BadPayload
from bot.messages import Address, Attachment, Inbound
from tests.channels.telegram.contract import SECRETS, account
from tests.odd_json import JSON_VALUES, Json, spoiled

PAYLOADS = Path(__file__).parent / "payloads"
SENT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=timezone.utc)
PRIVATE = Address(channel="telegram", account="shop_uk", surface="private", chat="5", person="5")
CHANNEL = Telegram(account(username="shop_bot"), SECRETS)


def body(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def one(name: str) -> Inbound:
    (event,) = CHANNEL.parse(body(name))
    return event


def test_private_text_carries_who_where_when_and_what() -> None:
    assert one("private_text") == Inbound(
        address=PRIVATE,
        event_id="7001",
        message_id="12",
        sent_at=SENT,
        text="Where is my parcel?",
        author="Ann Lee",
        language="de",
    )


def test_reply_names_the_message_it_answers() -> None:
    assert one("private_reply").reply_to == "9"


@pytest.mark.parametrize(("name", "token"), [("start", ""), ("start_with_token", "Zq3_-x9")])
def test_start_is_a_button_that_greets_and_may_bring_a_token(name: str, token: str) -> None:
    event = one(name)
    assert (event.text, event.text_is_payload, event.start_token) == ("/greet", True, token)
    assert event.shown == f"/start {token}".strip()


def test_edit_is_of_the_same_message_and_later() -> None:
    event = one("edited")
    assert (event.kind, event.message_id, event.text) == ("edited", "12", "Where is my second parcel?")
    assert event.sent_at == SENT + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("photo", Attachment(kind="photo", reference="large")),
        ("voice", Attachment(kind="voice", reference="voice1")),
        ("video", Attachment(kind="video", reference="video1", name="box.mp4")),
        ("video_note", Attachment(kind="video_note", reference="note1")),
        ("audio", Attachment(kind="audio", reference="audio1", name="hold.mp3")),
        ("document", Attachment(kind="document", reference="doc1", name="receipt.pdf")),
        ("animation", Attachment(kind="animation", reference="anim1", name="wave.mp4")),
        ("sticker", Attachment(kind="sticker", reference="stick1", name="👍")),
        ("location", Attachment(kind="location", name="48.856600,2.352200")),
        ("venue", Attachment(kind="venue", name="Shop, 1 rue Neuve")),
        ("contact", Attachment(kind="contact", name="Ann +33100000000")),
        ("poll", Attachment(kind="poll", name="Tea or coffee?")),
        ("dice", Attachment(kind="dice", name="🎲 4")),
    ],
)
def test_content_becomes_one_attachment(name: str, attachment: Attachment) -> None:
    assert one(name).attachments == (attachment,)


def test_caption_is_the_text_of_a_photo() -> None:
    assert one("photo").text == "It came like this"


def test_pressed_button_gives_its_payload_and_the_message_that_carried_it() -> None:
    event = one("callback")
    assert (event.text, event.text_is_payload) == ("/question_refund", True)
    assert event.shown == "Refund"
    assert (event.address, event.reply_to, event.sent_at) == (PRIVATE, "20", None)


def test_button_of_a_message_too_old_to_be_shown_still_counts() -> None:
    assert one("callback_old_message").text == "/greet"


def test_blocking_makes_unreachable_and_unblocking_reachable() -> None:
    assert [one("blocked").kind, one("unblocked").kind] == ["unreachable", "reachable"]
    assert one("blocked").address == PRIVATE


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group_mention", "where is my order?"),
        ("group_mention_after_emoji", "👩‍👧 hey @Shop_Bot, where is my order?"),
        ("group_text_mention", "where is my order?"),
        ("group_reply", "Still nothing"),
        ("group_command", "/help returns"),
        ("topic_mention", "where is my order?"),
        ("group_photo_caption", "broken"),
        ("group_edited", "where are my orders?"),
        ("group_reply_chain", "and mine?"),
        ("group_as_channel", "hello"),
        ("channel_post", "hello"),
    ],
)
def test_what_is_said_to_the_bot_in_public_is_heard_without_its_name(name: str, text: str) -> None:
    event = one(name)
    assert (event.address.surface, event.text) == ("public", text)


@pytest.mark.parametrize(
    "name",
    [
        "group_chatter",
        "group_other_mention",
        "group_command_for_anybody",
        "topic_chatter",
        "automatic_forward",
        "group_other_bot",
        "own_message",
        "group_renamed",
        "kicked_from_group",
        "unknown_kind",
        "unknown_content",
        "business_owner",
        "business_own",
    ],
)
def test_what_is_not_said_to_the_bot_is_no_event(name: str) -> None:
    assert CHANNEL.parse(body(name)) == []


def test_forum_topic_is_the_thread() -> None:
    assert one("topic_mention").address.thread == "7"
    assert one("topic_mention").reply_to == ""


def test_chain_of_replies_outside_forums_is_no_thread() -> None:
    assert one("group_reply_chain").address.thread == ""


def test_who_writes_as_a_channel_is_that_channel() -> None:
    event = one("group_as_channel")
    assert (event.address.person, event.author) == ("-1009", "Ann's channel")


def test_business_chat_is_not_the_private_chat_of_the_same_person() -> None:
    business = one("business_message").address
    assert (business.chat, business.person, business.surface) == ("5@bc1", "5", "private")
    assert business.key != PRIVATE.key


def test_each_deleted_message_is_an_event_of_its_own() -> None:
    events = CHANNEL.parse(body("deleted_business_messages"))
    assert [event.message_id for event in events] == ["12", "13"]
    assert {event.kind for event in events} == {"deleted"}


def test_without_a_known_name_mentions_are_not_heard_but_replies_are() -> None:
    nameless = Telegram(account(), SECRETS)
    assert nameless.parse(body("group_mention")) == []
    assert len(nameless.parse(body("group_reply"))) == 1


NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def parse_or_refuse(raw_body: bytes) -> list[Inbound]:
    try:
        return CHANNEL.parse(raw_body)
    except BadPayload:
        return []


@given(st.sampled_from(NAMES).flatmap(lambda name: spoiled(json.loads(body(name)))))
def test_wrong_types_anywhere_are_refused_or_give_sound_events(update: Json) -> None:
    for event in parse_or_refuse(json.dumps(update).encode()):
        event.text.encode()
        assert event.sent_at is None or event.sent_at.tzinfo is not None
        assert all(type(attachment.reference) is str for attachment in event.attachments)


@given(JSON_VALUES)
@example([])
@example({"update_id": "7001"})
@example({"update_id": True})
def test_any_json_is_refused_or_holds_nothing(odd: Json) -> None:
    assert parse_or_refuse(json.dumps(odd).encode()) == []


@given(st.binary())
@example(b"[" * 100_000)
@example(b'{"update_id":1,"message":' * 10_000)
@example(b'{"update_id": 1e999}')
def test_any_bytes_are_refused(raw_body: bytes) -> None:
    with pytest.raises(BadPayload):
        CHANNEL.parse(raw_body)


def test_refusal_does_not_repeat_what_the_customer_wrote() -> None:
    update = json.loads(body("private_text"))
    update["message"]["date"] = "my card number"
    with pytest.raises(BadPayload) as caught:
        CHANNEL.parse(json.dumps(update).encode())
    assert "card" not in str(caught.value)
