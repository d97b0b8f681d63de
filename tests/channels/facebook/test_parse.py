"""What Facebook posts becomes events, whatever it holds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.channels.facebook import Facebook
from bot.messages import Address, Attachment, Inbound
from tests.channels.facebook.contract import SECRETS, account, build

PAYLOADS = Path(__file__).parent / "payloads"
SENT = datetime(2026, 9, 21, 14, 13, 20, 100_000, tzinfo=timezone.utc)
SECOND = SENT.replace(microsecond=0)
PRIVATE = Address(channel="facebook", account="shop_uk", surface="private", chat="5005", person="5005")
PUBLIC = Address(
    channel="facebook", account="shop_uk", surface="public", chat="10001_77", person="6006", thread="77_9"
)
CHANNEL = build()


def every(name: str, channel: Facebook = CHANNEL) -> list[Inbound]:
    return channel.parse((PAYLOADS / f"{name}.json").read_bytes())


def one(name: str, channel: Facebook = CHANNEL) -> Inbound:
    (event,) = every(name, channel)
    return event


def test_message_carries_who_where_when_and_what() -> None:
    assert one("message") == Inbound(
        address=PRIVATE,
        event_id="m_abc",
        message_id="m_abc",
        sent_at=SENT,
        text="Where is my parcel? é😀",
    )


def test_reply_names_the_message_it_answers() -> None:
    assert one("reply").reply_to == "m_sent"


def test_quick_reply_is_its_payload_and_shows_its_title() -> None:
    event = one("quick_reply")
    assert (event.text, event.text_is_payload, event.shown) == ("/question_refund", True, "Refund")


def test_postback_is_its_payload_shows_its_title_and_may_bring_a_token() -> None:
    event = one("postback")
    assert (event.event_id, event.text, event.text_is_payload) == ("m_pb", "/greet", True)
    assert (event.shown, event.start_token) == ("Get started", "Zq3_-x9")


def test_postback_without_a_number_is_told_by_who_and_when() -> None:
    assert one("postback_old").event_id == "postback#5005#1790000000100"


def test_link_followed_into_a_known_conversation_greets_and_brings_its_token() -> None:
    event = one("referral")
    assert (event.text, event.text_is_payload, event.start_token) == ("/greet", True, "Zq3_-x9")
    assert event.event_id == "referral#5005#1790000000100"


def test_reference_of_an_advertisement_is_no_token_of_ours() -> None:
    assert one("referral_of_an_advertisement").start_token == ""


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("image", Attachment(kind="image", reference="https://cdn.example/1.jpg")),
        ("sticker", Attachment(kind="sticker", reference="https://cdn.example/s.png")),
        ("location", Attachment(kind="location", name="Ann's Location")),
        ("shared_link", Attachment(kind="fallback", reference="https://example.org/", name="A page")),
        ("unknown_message", Attachment(kind="unsupported")),
    ],
)
def test_what_is_no_text_is_an_attachment(name: str, attachment: Attachment) -> None:
    event = one(name)
    assert (event.kind, event.attachments) == ("message", (attachment,))


def test_location_without_a_title_is_told_by_where_it_is() -> None:
    body = json.loads((PAYLOADS / "location.json").read_bytes())
    del body["entry"][0]["messaging"][0]["message"]["attachments"][0]["title"]
    (event,) = CHANNEL.parse(json.dumps(body).encode())
    assert event.attachments == (Attachment(kind="location", name="48.856600,2.352200"),)


def test_reaction_is_a_message_of_its_own_and_goes_when_it_is_taken_away() -> None:
    put, taken = one("reaction"), one("reaction_taken_away")
    assert put.attachments == (Attachment(kind="reaction", reference="m_sent", name="❤"),)
    assert (put.kind, put.reply_to) == ("message", "m_sent")
    assert (taken.kind, taken.message_id) == ("deleted", put.message_id)
    assert taken.event_id != put.event_id


def test_edit_is_of_the_same_message() -> None:
    event = one("edit")
    assert (event.kind, event.message_id, event.text) == ("edited", "m_abc", "Where is my second parcel?")
    assert event.event_id == "m_abc#edited#1#1790000000100"


def test_unsent_message_is_deleted() -> None:
    event = one("unsent")
    assert (event.kind, event.message_id, event.event_id) == ("deleted", "m_abc", "m_abc#deleted")


def test_delivery_tells_of_each_message() -> None:
    events = every("delivery")
    assert [(event.kind, event.message_id) for event in events] == [
        ("delivered", "m_sent"),
        ("delivered", "m_sent2"),
    ]


@pytest.mark.parametrize(("name", "kind"), [("delivery_without_mids", "delivered"), ("read", "read")])
def test_watermark_tells_of_all_before(name: str, kind: str) -> None:
    event = one(name)
    assert (event.kind, event.message_id, event.until) == (kind, "", SENT)
    assert event.event_id == f"{kind}#5005#1790000000100"


def test_echo_of_ours_tells_that_it_was_sent() -> None:
    event = one("echo")
    assert (event.kind, event.message_id, event.correlation) == ("sent", "m_sent", 17)
    assert event.address == PRIVATE


def test_echo_of_our_application_without_our_mark_is_nobodys_word() -> None:
    event = one("echo_of_another_tool")
    assert (event.kind, event.correlation) == ("sent", None)


def test_echo_of_a_human_in_the_inbox_is_a_colleagues_word() -> None:
    event = one("echo_of_a_colleague")
    assert (event.kind, event.text) == ("colleague", "I am Sam, let me see")
    assert event.address == PRIVATE


def test_echo_is_known_by_its_mark_where_the_application_has_no_number() -> None:
    channel = Facebook(account(app_id="0"), SECRETS)
    assert one("echo", channel).kind == "sent"


def test_standby_says_once_that_another_application_has_the_conversation() -> None:
    kinds = [event.kind for event in every("standby")]
    assert kinds == ["taken_elsewhere", "message", "message", "message", "delivered"]
    taken, first, _, pressed, _ = every("standby")
    assert (taken.event_id, taken.address, first.text) == ("standby#m_sb1", PRIVATE, "Are you there?")
    assert (pressed.text, pressed.text_is_payload) == ("Refund", False)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pass_thread_control", "returned"),
        ("pass_thread_control_to_another", "taken_elsewhere"),
        ("take_thread_control", "taken_elsewhere"),
    ],
)
def test_thread_control_changes_hands(name: str, kind: str) -> None:
    assert one(name).kind == kind


def test_control_passed_to_who_does_not_know_his_own_number_is_his_unless_an_inbox_gets_it() -> None:
    options = {key: value for key, value in account().options.items() if key != "app_id"}
    nameless = Facebook(
        type(account())(channel="facebook", id="shop_uk", market="uk", options=options), SECRETS
    )
    assert one("pass_thread_control", nameless).kind == "returned"
    assert one("pass_thread_control_to_another", nameless).kind == "taken_elsewhere"


def test_comment_is_a_public_conversation_of_its_author_in_its_thread() -> None:
    assert one("comment") == Inbound(
        address=PUBLIC,
        event_id="77_9#add",
        message_id="77_9",
        sent_at=SECOND,
        text="Where is my parcel?",
        author="Ann Lee",
    )


def test_comment_below_a_comment_stays_in_its_thread() -> None:
    event = one("comment_below_a_comment")
    assert (event.address.thread, event.address.person, event.reply_to) == ("77_9", "7007", "77_9")


def test_comment_whose_author_is_not_told_is_not_lost() -> None:
    assert one("comment_without_author").address.person == "77_9"


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("comment_with_photo", Attachment(kind="image", reference="https://cdn.example/2.jpg")),
        ("comment_with_nothing", Attachment(kind="unsupported")),
    ],
)
def test_comment_without_text_is_an_attachment(name: str, attachment: Attachment) -> None:
    assert one(name).attachments == (attachment,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("comment_edited", "edited"),
        ("comment_removed", "deleted"),
        ("comment_hidden", "hidden"),
        ("comment_shown", "shown"),
    ],
)
def test_what_becomes_of_a_comment(name: str, kind: str) -> None:
    event = one(name)
    assert (event.kind, event.message_id, event.address) == (kind, "77_9", PUBLIC)


def test_two_edits_in_one_entry_are_two_events() -> None:
    body = json.loads((PAYLOADS / "comment_edited.json").read_bytes())
    (change,) = body["entry"][0]["changes"]
    again = {**change, "value": {**change["value"], "message": "Where are my parcels?"}}
    body["entry"][0]["changes"].append(again)
    first, second = CHANNEL.parse(json.dumps(body).encode())
    assert first.event_id != second.event_id


def test_post_of_a_visitor_is_answered_below_it() -> None:
    event = one("post_of_a_visitor")
    assert (event.message_id, event.address.chat, event.address.thread) == ("10001_88", "10001_88", "")


def test_batch_is_put_in_order_and_other_pages_are_left_out() -> None:
    assert [event.message_id for event in every("batch")] == ["77_9", "m_b1", "m_b2", "m_b3"]


def test_identifier_beyond_all_bounds_makes_no_event() -> None:
    body = json.loads((PAYLOADS / "message.json").read_bytes())
    body["entry"][0]["messaging"][0]["message"]["mid"] = "m" * 201
    assert CHANNEL.parse(json.dumps(body).encode()) == []


def test_long_identifiers_make_an_event_id_that_fits() -> None:
    body = json.loads((PAYLOADS / "edit.json").read_bytes())
    body["entry"][0]["messaging"][0]["message_edit"]["mid"] = "m" * 200
    (event,) = CHANNEL.parse(json.dumps(body).encode())
    assert len(event.event_id) <= 200
    assert event.sent_at == SENT + timedelta(0)


def test_answer_of_the_page_below_a_comment_is_a_colleagues_to_whoever_writes_there() -> None:
    event = one("own_comment")
    assert (event.kind, event.text, event.message_id) == ("colleague", "On its way", "77_11")
    assert (event.address.chat, event.address.thread, event.address.person) == ("10001_77", "77_9", "")
