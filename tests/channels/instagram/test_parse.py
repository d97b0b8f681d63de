"""What Instagram posts becomes events, whatever it holds."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.messages import Address, Attachment, Inbound
from tests.channels.instagram.contract import build

PAYLOADS = Path(__file__).parent / "payloads"
SENT = datetime(2026, 9, 21, 14, 13, 20, 100_000, tzinfo=timezone.utc)
PRIVATE = Address(channel="instagram", account="shop_uk", surface="private", chat="8008", person="8008")
PUBLIC = Address(
    channel="instagram", account="shop_uk", surface="public", chat="M1", person="8008", thread="C1"
)
CHANNEL = build()


def every(name: str) -> list[Inbound]:
    return CHANNEL.parse((PAYLOADS / f"{name}.json").read_bytes())


def one(name: str) -> Inbound:
    (event,) = every(name)
    return event


def test_message_carries_who_where_when_and_what() -> None:
    assert one("message") == Inbound(
        address=PRIVATE, event_id="aWdf1", message_id="aWdf1", sent_at=SENT, text="price? 😀"
    )


def test_quick_reply_and_icebreaker_are_their_payloads() -> None:
    pressed, asked = one("quick_reply"), one("icebreaker")
    assert (pressed.text, pressed.text_is_payload, pressed.shown) == ("/question_refund", True, "Refund")
    assert (asked.text, asked.shown) == ("Where is my order?", "Where is my order?")


@pytest.mark.parametrize("name", ["referral", "message_from_a_link"])
def test_link_brings_its_token(name: str) -> None:
    assert one(name).start_token == "Zq3_-x9"


def test_advertisement_brings_no_token() -> None:
    event = one("message_with_advertisement")
    assert (event.text, event.start_token) == ("Is this in blue?", "")


def test_unsent_message_is_deleted() -> None:
    assert (one("unsent").kind, one("unsent").message_id) == ("deleted", "aWdf1")


def test_edit_is_of_the_same_message() -> None:
    assert (one("edit").kind, one("edit").message_id, one("edit").text) == ("edited", "aWdf1", "prices?")


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("unsupported", Attachment(kind="unsupported")),
        ("story_reply", Attachment(kind="story", reference="https://cdn.example/story", name="5150")),
        ("story_mention", Attachment(kind="story_mention", reference="https://cdn.example/m")),
        ("shared_reel", Attachment(kind="ig_reel", reference="https://cdn.example/r", name="A reel")),
        ("reaction", Attachment(kind="reaction", reference="aWdfS", name="❤️")),
    ],
)
def test_what_is_no_text_is_an_attachment(name: str, attachment: Attachment) -> None:
    assert one(name).attachments == (attachment,)


def test_reaction_goes_when_it_is_taken_away() -> None:
    taken = one("reaction_taken_away")
    assert (taken.kind, taken.message_id) == ("deleted", one("reaction").message_id)


def test_seen_message_is_read() -> None:
    assert (one("seen").kind, one("seen").message_id, one("seen").until) == ("read", "aWdfS", None)


def test_echo_of_ours_tells_that_it_was_sent() -> None:
    event = one("echo")
    assert (event.kind, event.correlation, event.address) == ("sent", 18, PRIVATE)


@pytest.mark.parametrize("name", ["echo_of_a_colleague", "own_message_without_mark"])
def test_what_a_human_wrote_in_the_app_is_a_colleagues_word(name: str) -> None:
    event = one(name)
    assert (event.kind, event.text, event.address) == ("colleague", "I am Sam", PRIVATE)


def test_standby_says_that_another_application_has_the_conversation() -> None:
    assert [event.kind for event in every("standby")] == ["taken_elsewhere", "message"]
    assert one("take_thread_control").kind == "taken_elsewhere"


def test_comment_is_a_public_conversation_of_its_author_in_its_thread() -> None:
    assert one("comment") == Inbound(
        address=PUBLIC,
        event_id="C1#add",
        message_id="C1",
        sent_at=SENT.replace(microsecond=0),
        text="price?",
        author="ann",
    )


def test_comment_below_a_comment_stays_in_its_thread() -> None:
    event = one("comment_below_a_comment")
    assert (event.address.thread, event.reply_to) == ("C0", "C0")


@pytest.mark.parametrize(
    ("name", "comment", "media"),
    [
        ("comment_on_an_advertisement", "C3", "M2"),
        ("comment_on_a_live_video", "C4", "M1"),
        ("comment_of_business_login", "C6", "M1"),
    ],
)
def test_comment_in_another_form_is_one_too(name: str, comment: str, media: str) -> None:
    event = one(name)
    assert (event.message_id, event.address.chat, event.text) == (comment, media, "price?")


def test_comment_without_text_is_an_attachment() -> None:
    assert one("comment_without_text").attachments == (Attachment(kind="unsupported"),)


@pytest.mark.parametrize(("name", "where"), [("mention_in_a_comment", "C9"), ("mention_in_a_caption", "M9")])
def test_mention_tells_where_and_nothing_else(name: str, where: str) -> None:
    event = one(name)
    assert event.attachments == (Attachment(kind="mention", reference=where),)
    assert (event.address.chat, event.address.thread) == ("M9", f"mention:{where}")


def test_batch_is_put_in_order_and_other_accounts_are_left_out() -> None:
    assert [event.message_id for event in every("batch")] == ["C1", "aWdb1", "aWdb2"]


@pytest.mark.parametrize("payload", ["own_comment", "own_comment_by_name"])
def test_answer_of_the_account_below_a_comment_is_a_colleagues_to_whoever_writes_there(payload: str) -> None:
    event = one(payload)
    assert event.kind == "colleague"
    assert (event.address.chat, event.address.thread, event.address.person) == ("M1", "C1", "")
