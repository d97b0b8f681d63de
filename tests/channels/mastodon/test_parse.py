"""Bodies of the feed, translated."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadPayload
from bot.messages import Attachment, Inbound
from tests.channels.mastodon.contract import build

PAYLOADS = Path(__file__).with_name("payloads")
CHANNEL = build()


def body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    return found


def events(name: str, **status: Any) -> list[Inbound]:
    """The events of a payload, with other fields in its status."""
    changed = body(name)
    changed.get("status", {}).update(status)
    return CHANNEL.parse(json.dumps(changed).encode())


def event(name: str, **status: Any) -> Inbound:
    (only,) = events(name, **status)
    return only


def test_public_mention_is_a_conversation_of_its_thread() -> None:
    found = event("mention_public")
    assert (found.address.key, found.kind) == ("public/5001//ann@other.example", "message")
    assert (found.text, found.author, found.language) == ("where is my bag?", "Ann", "en")
    assert (found.event_id, found.message_id) == ("5001", "5001")
    assert found.sent_at == datetime(2026, 11, 1, 10, tzinfo=timezone.utc)


def test_direct_mentions_are_one_conversation_of_the_person() -> None:
    assert event("mention_direct").address.key == "private/ann@other.example"


@pytest.mark.parametrize("name", ["mention_unlisted", "mention_followers"])
def test_whatever_is_not_direct_is_public(name: str) -> None:
    assert event(name).address.surface == "public"


def test_reply_belongs_to_the_first_status_of_its_thread() -> None:
    found = event("mention_in_thread")
    assert (found.address.chat, found.reply_to) == ("4000", "4999")


def test_warning_stands_before_the_text() -> None:
    assert event("mention_warned").text == "flying, long\n\nwhere is my bag?"


def test_media_come_with_their_descriptions() -> None:
    found = event("mention_with_media")
    assert found.attachments == (
        Attachment(kind="image", reference="https://files.example/9.png", name="a broken suitcase"),
        Attachment(kind="unknown", reference="https://far.example/10.bin"),
    )
    assert found.text == "@shop"


def test_poll_is_shown_with_its_choices() -> None:
    assert event("mention_with_poll").attachments == (Attachment(kind="poll", name="aisle / window"),)


def test_text_keeps_lines_links_and_other_names() -> None:
    address = "https://www.example.org/a/very/long/address?with=1"
    assert event("mention_rich").text == f"@bob R&D says\n<nothing> at {address}\n\nSecond, #bag"


def test_namesake_on_another_instance_is_not_taken_for_us() -> None:
    namesake = {"id": "5", "acct": "shop@far.example", "username": "shop", "url": "https://far.example/@shop"}
    html = '<p><a href="https://far.example/@shop" class="u-url mention">@<span>shop</span></a> or @shop?</p>'
    found = event(
        "mention_public", content=html, mentions=[*body("mention_public")["status"]["mentions"], namesake]
    )
    assert found.text == "@shop@far.example or @shop?"


@pytest.mark.parametrize(
    ("told", "language"), [("fr", "fr"), ("pt-BR", "pt"), ("ckb", None), ("", None), (None, None)]
)
def test_language_is_the_one_of_two_letters(told: str | None, language: str | None) -> None:
    assert event("mention_public", language=told).language == language


@pytest.mark.parametrize("name", ["mention_by_bot", "mention_by_ourselves"])
def test_neither_bots_nor_ourselves_are_answered(name: str) -> None:
    assert events(name) == []


def test_edit_has_an_id_of_its_own_and_the_time_of_the_edit() -> None:
    found = event("edited")
    assert (found.kind, found.message_id, found.text) == ("edited", "5001", "where is my blue bag?")
    assert found.sent_at == datetime(2026, 11, 1, 10, 10, tzinfo=timezone.utc)
    again = event("edited", edited_at="2026-11-01T10:11:00.000Z")
    assert len({found.event_id, again.event_id, event("mention_public").event_id}) == 3


def test_deletion_is_told_of_the_same_conversation() -> None:
    found = event("deleted")
    assert (found.kind, found.message_id) == ("deleted", "5001")
    assert found.address == event("mention_public").address
    assert event("deleted_direct").address == event("mention_direct").address


@pytest.mark.parametrize(
    ("name", "like"), [("own_public", "mention_public"), ("own_direct", "mention_direct")]
)
def test_colleague_answers_in_the_conversation_of_whom_he_answers(name: str, like: str) -> None:
    found = event(name)
    assert (found.kind, found.text, found.author) == ("colleague", "We have found it.", "The shop")
    assert found.address == event(like).address


def test_text_of_ours_comes_back_in_the_words_that_we_gave_it() -> None:
    html = "<p>@Ann@other.example Ask @\u200bbob</p>"
    assert event("own_public", content=html, mentions=[]).text == "Ask @bob"


def test_mention_that_a_colleague_has_answered_brings_his_answer_along() -> None:
    mention, answer = events("mention_answered")
    assert (mention.kind, answer.kind) == ("message", "colleague")
    assert mention.address == answer.address


@pytest.mark.parametrize(
    "wrong",
    [{"created_at": "yesterday"}, {"created_at": "2026-11-01T10:00:00"}, {"id": 5001}, {"content": None}],
)
def test_what_is_no_status_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        events("mention_public", **wrong)
