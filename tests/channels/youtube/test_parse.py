"""Bodies of YouTube become events."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.errors import BadPayload, Forged
from bot.messages import Attachment, Inbound
from tests.channels.youtube.contract import build

PAYLOADS = Path(__file__).parent / "payloads"
TOP = "UgzAAAAAAAAAAAAAAAAAAAAA"
ANN, BOB = "UC" + "0" * 21 + "1", "UC" + "0" * 21 + "2"


def events(name: str) -> list[Inbound]:
    return build().parse((PAYLOADS / f"{name}.json").read_bytes())


def only(name: str) -> Inbound:
    (event,) = events(name)
    return event


def test_comment_is_a_message_in_public() -> None:
    event = only("comment")
    address = event.address
    assert (address.surface, address.chat, address.thread, address.person) == (
        "public",
        "dQw4w9WgXcQ",
        TOP,
        ANN,
    )
    assert (event.kind, event.event_id, event.message_id, event.reply_to) == ("message", TOP, TOP, "")
    assert (event.author, event.text) == ("@ann", "Where can I see the size of a cabin bag?")
    assert event.sent_at == datetime(2026, 11, 1, 10, tzinfo=timezone.utc)
    assert event.url == f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc={TOP}"


def test_entities_are_read_as_what_they_stand_for() -> None:
    assert only("comment_with_entities").text == """That's 5 > 4 & "free", isn't it?"""


def test_picture_is_an_attachment() -> None:
    assert only("comment_with_picture").attachments == (
        Attachment(kind="image", reference="https://yt3.example/bag.jpg"),
    )


def test_comment_whose_author_is_gone_has_a_conversation_of_its_own() -> None:
    assert only("comment_without_author").address.person == TOP


def test_comment_without_a_video_has_no_address_to_find_it() -> None:
    event = only("comment_on_a_post")
    assert (event.url, event.address.chat) == ("", TOP)


def test_reply_is_in_the_thread_of_the_comment_above() -> None:
    event = only("reply")
    assert (event.address.thread, event.address.person) == (TOP, BOB)
    assert (event.reply_to, event.message_id) == (TOP, f"{TOP}.9aaa")
    assert event.url.endswith(f"&lc={TOP}.9aaa")


def test_edit_has_an_id_of_its_own_and_follows_the_message() -> None:
    first, edit = events("edited")
    assert (first.kind, edit.kind) == ("message", "edited")
    assert first.message_id == edit.message_id == TOP
    assert edit.event_id == f"{TOP}#edited#2026-11-01T10:05:00+00:00"
    assert edit.sent_at == datetime(2026, 11, 1, 10, 5, tzinfo=timezone.utc)


def test_old_comment_that_was_edited_now_is_no_new_message() -> None:
    assert only("edited_long_after").kind == "edited"


def test_held_reply_is_left_out() -> None:
    assert only("reply_held_for_review").message_id == TOP


def test_what_our_channel_writes_answers_who_is_named_else_who_began() -> None:
    told = [
        (each.kind, each.address.person, each.address.thread, each.text)
        for each in events("thread_with_replies")
    ]
    assert told == [
        ("message", ANN, TOP, "Where can I see the size of a cabin bag?"),
        ("colleague", ANN, TOP, "On our page, Ann."),
        ("message", BOB, TOP, "And the weight?"),
        ("colleague", BOB, TOP, "Ten kilograms."),
    ]


def test_answer_to_somebody_who_is_not_here_is_nobodys() -> None:
    assert [each.kind for each in events("answer_to_nobody_here")] == ["message"]


@pytest.mark.parametrize("words", ["@bob.kent hello", "@bob.k_2 hello", "@bob.k-1 hello"])
def test_name_that_begins_like_another_is_another(words: str) -> None:
    raw = (PAYLOADS / "thread_with_replies.json").read_text(encoding="utf8")
    told = build().parse(raw.replace("@bob.k Ten kilograms.", words).encode())
    assert [each.address.person for each in told if each.kind == "colleague"] == [ANN]


@pytest.mark.parametrize("raw_body", [b"{}", b'{"type": "thread"}', b'{"type": "other"}'])
def test_other_bodies_are_refused(raw_body: bytes) -> None:
    with pytest.raises(BadPayload):
        build().parse(raw_body)


def test_webhook_is_refused_whatever_it_brings() -> None:
    with pytest.raises(Forged):
        build().authenticate({"Authorization": "Bearer made-up"}, b"{}")


def test_customers_are_shown_where_they_can_write_in_private() -> None:
    assert build().private_link("abc") == "https://www.nimbea.example/help"
