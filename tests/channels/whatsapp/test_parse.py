"""Notifications of WhatsApp become events, whatever they hold."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.channels.whatsapp import WhatsApp
from bot.errors import BadPayload
from bot.messages import Address, Attachment, Inbound
from tests.channels.whatsapp.contract import SECRETS, account, build

PAYLOADS = Path(__file__).parent / "payloads"
SENT = datetime(2026, 9, 21, 14, 13, 21, tzinfo=timezone.utc)
ANN, ANN_ID, BOB_ID = "447700900123", "GB.7300112233445566", "GB.8300112233445566"
CHANNEL = build()


def address(chat: str) -> Address:
    return Address(channel="whatsapp", account="care_uk", surface="private", chat=chat, person=chat)


def body(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def parsed(name: str) -> list[Inbound]:
    return CHANNEL.parse(body(name))


def one(name: str) -> Inbound:
    (event,) = parsed(name)
    return event


def test_text_carries_who_where_when_and_what() -> None:
    assert one("text") == Inbound(
        address=address(ANN),
        event_id="wamid.ANN001",
        message_id="wamid.ANN001",
        sent_at=SENT,
        text="Where is my suitcase?",
        author="Ann Example",
    )


def test_who_has_both_ids_is_known_by_the_one_that_stays_and_found_by_the_other() -> None:
    event = one("text_with_both_ids")
    assert (event.address, event.aliases, event.author) == (address(ANN_ID), (ANN,), "Ann Example")


@pytest.mark.parametrize("name", ["text_without_number", "text_without_sender"])
def test_who_hides_his_number_is_known_all_the_same(name: str) -> None:
    event = one(name)
    assert (event.address, event.aliases, event.text) == (address(ANN_ID), (), "Where is my suitcase?")


def test_message_of_nobody_is_none() -> None:
    nobody = json.loads(body("text"))
    value = nobody["entry"][0]["changes"][0]["value"]
    del value["contacts"], value["messages"][0]["from"]
    assert CHANNEL.parse(json.dumps(nobody).encode()) == []


def test_message_is_never_taken_for_that_of_another() -> None:
    mixed = json.loads(body("text_with_both_ids"))
    (message,) = mixed["entry"][0]["changes"][0]["value"]["messages"]
    del message["from_user_id"]
    message["from"] = "447700900456"
    (event,) = CHANNEL.parse(json.dumps(mixed).encode())
    assert (event.address.chat, event.aliases, event.author) == ("447700900456", (), "")


@pytest.mark.parametrize("name", ["in_group", "group_status"])
def test_group_is_no_conversation_with_a_customer(name: str) -> None:
    assert parsed(name) == []


def test_every_message_of_a_batch_is_of_the_one_who_wrote_it() -> None:
    said = [event for event in parsed("batch") if event.kind == "message"]
    assert [(event.address.chat, event.author, event.text) for event in said] == [
        (ANN_ID, "Ann Example", "First"),
        (BOB_ID, "Bob Example", "Second"),
        (ANN_ID, "Ann Example", "Third"),
        ("447700900456", "Bob Example", ""),
    ]


def test_what_is_for_another_number_is_left_to_its_own_account() -> None:
    other = WhatsApp(account("care_fr", "700100200300999"), SECRETS)
    assert [event.text for event in other.parse(body("batch"))] == ["Bonjour"]
    assert other.parse(body("text")) == []


@pytest.mark.parametrize(
    ("name", "attachment", "text"),
    [
        ("image", Attachment(kind="image", reference="4490709327384033"), "It looked like this"),
        ("audio", Attachment(kind="audio", reference="4490709327384033"), ""),
        ("voice", Attachment(kind="voice", reference="4490709327384033"), ""),
        ("video", Attachment(kind="video", reference="4490709327384033"), ""),
        (
            "document",
            Attachment(kind="document", reference="4490709327384033", name="receipt.pdf"),
            "My receipt",
        ),
        ("sticker", Attachment(kind="sticker", reference="4490709327384033"), ""),
        ("location", Attachment(kind="location", name="51.470000,-0.454300"), ""),
        (
            "location_named",
            Attachment(kind="location", name="Terminal 5, Heathrow, London, 51.470000,-0.454300"),
            "",
        ),
        ("form_reply", Attachment(kind="form", name='flow, {"colour": "blue"}'), ""),
        ("call_permission", Attachment(kind="call_permission_reply"), ""),
        ("order", Attachment(kind="order", name="2 × tag-blue, 1 × strap"), "As soon as you can"),
        ("unsupported", Attachment(kind="unsupported", name="poll_creation, Message type unknown"), ""),
        ("unknown_type", Attachment(kind="hologram"), ""),
        ("bad_content", Attachment(kind="location"), ""),
        (
            "from_ad",
            Attachment(
                kind="ad",
                reference="120208133",
                name="Weekend in Lisbon, From 49 euros, https://fb.me/made-up",
            ),
            "Tell me more",
        ),
        ("about_product", Attachment(kind="product", name="tag-blue"), "Is it in stock?"),
    ],
)
def test_content_is_an_attachment_beside_its_text(name: str, attachment: Attachment, text: str) -> None:
    event = one(name)
    assert (event.attachments, event.text, event.text_is_payload) == ((attachment,), text, False)


def test_every_card_that_is_shared_is_shown() -> None:
    assert [card.name for card in one("contacts").attachments] == [
        "Carol Example, +44 7700 900789",
        "Dan Example",
    ]


@pytest.mark.parametrize("odd", ["", "Text", "a" * 50, "<b>", None, 7])
def test_type_that_is_no_name_is_unknown(odd: object) -> None:
    changed = json.loads(body("unknown_type"))
    changed["entry"][0]["changes"][0]["value"]["messages"][0]["type"] = odd
    (event,) = CHANNEL.parse(json.dumps(changed).encode())
    assert event.attachments == (Attachment(kind="unknown"),)


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("button_reply", '/question_seat{"side":"window"}', "Window"),
        ("list_reply", "a seat on the aisle", "Aisle"),
        ("template_button", "Yes, please", "Yes, please"),
    ],
)
def test_pressed_button_says_its_payload_and_shows_its_title(name: str, text: str, shown: str) -> None:
    event = one(name)
    assert (event.text, event.shown, event.text_is_payload) == (text, shown, True)
    assert event.reply_to == "wamid.OURS001"


def test_who_opens_a_chat_is_greeted() -> None:
    event = one("opened")
    assert (event.text, event.text_is_payload, event.attachments) == ("/greet", True, ())


def test_reply_names_the_message_it_answers() -> None:
    assert one("reply").reply_to == "wamid.OURS001"


def test_forwarded_text_answers_nothing() -> None:
    assert (one("forwarded").text, one("forwarded").reply_to) == ("Is this offer real?", "")


def test_reaction_is_shown_below_its_message_and_goes_again() -> None:
    given, gone = one("reaction"), one("reaction_removed")
    assert given.attachments == (Attachment(kind="reaction", name="🙏"),)
    assert (given.kind, given.reply_to) == ("message", "wamid.OURS001")
    assert (gone.kind, gone.attachments) == ("deleted", ())
    assert given.message_id == gone.message_id
    assert given.event_id != gone.event_id


def test_edit_and_revocation_are_of_the_first_message() -> None:
    edit, revoke = one("edit"), one("revoke")
    assert (edit.kind, edit.message_id, edit.text) == ("edited", "wamid.ANN001", "Where is my red suitcase?")
    assert (revoke.kind, revoke.message_id, revoke.text) == ("deleted", "wamid.ANN001", "")
    assert edit.event_id == "wamid.ANN002"


def test_customer_with_a_new_number_is_the_same() -> None:
    event = one("number_changed")
    assert (event.kind, event.address) == ("reachable", address("GB.9300112233445566"))
    assert event.aliases == ("447700900999", ANN_ID, ANN)


def test_customer_with_a_new_id_is_the_same() -> None:
    event = one("id_changed")
    assert (event.kind, event.address, event.aliases) == (
        "reachable",
        address("FR.1300112233445566"),
        (ANN_ID,),
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_status_tells_what_became_of_which_text(name: str, kind: str) -> None:
    event = one(name)
    assert (event.kind, event.message_id, event.correlation) == (kind, "wamid.OURS001", 17)
    assert event.event_id == f"wamid.OURS001#{name}"
    assert event.sent_at == SENT + timedelta(seconds=60)


def test_status_names_the_customer_as_his_messages_do() -> None:
    assert (one("sent").address, one("sent").aliases) == (address(ANN), ())
    assert (one("delivered").address, one("delivered").aliases) == (address(ANN_ID), (ANN,))
    assert one("read").address == address(ANN_ID)


def test_failure_has_its_reason_in_the_words_of_the_platform() -> None:
    assert one("failed").reason == "131047 Re-engagement message"
    assert one("sent").reason == ""


def test_statuses_that_come_in_the_wrong_order_are_told_apart() -> None:
    states = [event.event_id for event in parsed("batch") if event.kind != "message"]
    assert states == ["wamid.OURS001#read", "wamid.OURS001#delivered", "wamid.OURS001#sent"]


@pytest.mark.parametrize("mark", ["", "relais:", "relais:x", "theirs:17", "relais:17 ", None, 17])
def test_mark_of_others_is_none_of_ours(mark: object) -> None:
    changed = json.loads(body("sent"))
    changed["entry"][0]["changes"][0]["value"]["statuses"][0]["biz_opaque_callback_data"] = mark
    assert CHANNEL.parse(json.dumps(changed).encode())[0].correlation is None


def test_colleague_on_his_phone_is_heard() -> None:
    event = one("colleague")
    assert (event.kind, event.address, event.text) == (
        "colleague",
        address(ANN),
        "I have it here at the desk.",
    )


def test_what_goes_on_in_standby_is_told_and_said_once_to_be_elsewhere() -> None:
    events = parsed("standby")
    assert [(event.kind, event.text) for event in events] == [
        ("taken_elsewhere", ""),
        ("message", "Do you fly to Faro?"),
        ("message", "In May"),
        ("colleague", "Yes, on Mondays."),
    ]
    assert {event.address.key for event in events[:3]} == {f"private/{ANN_ID}"}
    assert len({event.event_id for event in events}) == len(events)


def test_conversation_goes_to_others_and_comes_back() -> None:
    back, away = one("handed_to_us"), one("handed_to_assistant")
    assert (back.kind, away.kind) == ("returned", "taken_elsewhere")
    assert back.address == away.address == address(ANN_ID)
    assert back.aliases == (ANN,)
    assert back.event_id != away.event_id


def test_account_error_is_logged_without_words(caplog: pytest.LogCaptureFixture) -> None:
    assert parsed("account_error") == []
    assert "130429" in caplog.text
    assert "Too many" not in caplog.text


@pytest.mark.parametrize("latitude", [91, "51", None, True, float("nan"), 10**400])
def test_place_that_is_none_on_earth_is_a_bare_location(latitude: object) -> None:
    changed = json.loads(body("location"))
    changed["entry"][0]["changes"][0]["value"]["messages"][0]["location"]["latitude"] = latitude
    (event,) = CHANNEL.parse(json.dumps(changed).encode())
    assert event.attachments == (Attachment(kind="location"),)


def test_longest_ids_stay_within_what_the_store_takes() -> None:
    ids = set()
    for name in ("sent", "read"):
        changed = json.loads(body(name))
        changed["entry"][0]["changes"][0]["value"]["statuses"][0]["id"] = "w" * 200
        (event,) = CHANNEL.parse(json.dumps(changed).encode())
        ids.add(event.event_id)
    assert len(ids) == 2
    assert max(map(len, ids)) <= 200


@pytest.mark.parametrize(
    "raw_body", [b"{}", b"[]", b'{"object": "whatsapp_business_account"}', b'{"entry": []}']
)
def test_what_is_no_notification_is_refused(raw_body: bytes) -> None:
    with pytest.raises(BadPayload):
        CHANNEL.parse(raw_body)
