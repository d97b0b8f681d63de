"""Bodies of a forum become events."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.messages import Address, Attachment, Inbound
from tests.channels.discourse.contract import build

PAYLOADS = Path(__file__).parent / "payloads"
CHANNEL = build()


def events(name: str) -> list[Inbound]:
    return CHANNEL.parse((PAYLOADS / f"{name}.json").read_bytes())


def changed(name: str, **fields: object) -> list[Inbound]:
    body = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    return CHANNEL.parse(json.dumps({"post": {**body["post"], **fields}}).encode())


def test_topic_in_a_category_of_ours_begins_a_talk_with_its_title() -> None:
    assert events("topic_in_our_category") == [
        Inbound(
            address=Address(
                channel="discourse",
                account="nimbea",
                surface="public",
                chat="301",
                thread="301/1",
                person="ann",
            ),
            event_id="4101",
            message_id="301/1",
            sent_at=datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=timezone.utc),
            text="A bag\n\nWhere is my suitcase?",
            author="Ann Lee",
            url="https://forum.example/t/301/1",
        )
    ]


def test_who_joins_in_there_has_a_conversation_of_his_own_and_does_not_speak_to_us() -> None:
    (event,) = events("somebody_joins_in")
    assert (event.address.thread, event.message_id, event.address.person) == ("301/1", "301/2", "bob")
    assert "nimbea" not in event.text


def test_who_answers_us_there_speaks_to_us_and_the_text_says_so() -> None:
    (event,) = events("answer_to_us")
    assert (event.text, event.reply_to) == ("@nimbea And with a cat?", "301/3")
    (named,) = changed("answer_to_us", raw="Well, @Nimbea: and with a cat?")
    assert named.text == "Well, @Nimbea: and with a cat?"


def test_elsewhere_only_who_mentions_quotes_or_answers_us_is_heard() -> None:
    (mention,), (quote,) = events("mention_elsewhere"), events("quote_of_us_elsewhere")
    assert (mention.address.chat, mention.address.thread) == ("302", "")
    assert (mention.text, quote.text) == ("may I take a guitar?", "And a coat?")
    (answer,) = changed("not_for_us", reply_to_user={"username": "Nimbea"}, raw="Thanks")
    assert answer.text == "Thanks"
    assert events("not_for_us") == []


@pytest.mark.parametrize(
    "raw",
    [
        '[quote="bob, post:2, topic:302"]\n@nimbea knows\n[/quote]\nNo idea.',
        "```\n@nimbea\n```",
        "https://social.example/@nimbea is theirs",
        "@nimbea.fr and @nimbea-es are others",
        '[quote="nimbea_fans, post:2, topic:302"]\nhello\n[/quote]\nNo idea.',
    ],
)
def test_names_in_quotes_code_and_addresses_call_nobody(raw: str) -> None:
    assert changed("mention_elsewhere", raw=raw) == []


def test_pictures_and_files_are_attachments_and_links_keep_their_address() -> None:
    (event,) = events("with_pictures")
    assert event.text == "A bag\n\nLook:\n\nhere (https://photos.example/1)"
    assert event.attachments == (
        Attachment(kind="image", reference="upload://a1b2.jpeg", name="my bag"),
        Attachment(kind="file", reference="upload://c3d4.pdf", name="ticket.pdf"),
    )


@pytest.mark.parametrize(
    "raw",
    [
        "![" * 1_000,
        "![](x" * 500,
        "![a](" + "b" * 2_000,
        "[" * 32_000,
        "[quote=" * 4_500,
        "[quote]" * 2_100 + "[/quote]" * 2_100,
        "**a " * 8_000,
        "`" * 32_000,
    ],
    ids=("images", "addresses", "an address", "links", "names", "quotes", "strong", "code"),
)
def test_post_that_never_closes_what_it_opens_holds_nobody_up(raw: str) -> None:
    began = time.process_time()
    changed("topic_in_our_category", raw=raw)
    assert time.process_time() - began < 1.0


def test_markdown_that_is_not_quite_is_left_as_it_is() -> None:
    (event,) = changed("topic_in_our_category", raw="See [[here](https://a.example) and ![two] (words) *so*")
    assert event.text == "A bag\n\nSee [here (https://a.example) and ![two] (words) *so*"


def test_edit_and_deletion_are_of_the_same_message_and_events_of_their_own() -> None:
    (written,), (edited,) = events("topic_in_our_category"), events("edited")
    (deleted,), (by_moderator,) = events("deleted_by_author"), events("deleted_by_moderator")
    assert {each.message_id for each in (written, edited, deleted)} == {"301/1"}
    assert len({each.event_id for each in (written, edited, deleted)}) == 3
    assert (edited.kind, edited.text) == ("edited", "A bag\n\nWhere is my suitcase, NB123?")
    assert (deleted.kind, deleted.text, deleted.event_id) == ("deleted", "", by_moderator.event_id)


def test_edit_of_the_first_minutes_may_come_before_the_post() -> None:
    written, edited = events("edited_at_once")
    assert (written.kind, written.event_id, edited.kind) == ("message", "4101", "edited")
    (again,) = changed("edited_at_once", raw="No more.", version=2, updated_at="2027-09-21T14:14:20Z")
    assert again.kind == "edited"
    assert again.event_id != edited.event_id


def test_history_has_the_same_ids_and_its_edits_behind_what_may_have_been_missed() -> None:
    assert [(each.kind, each.message_id) for each in events("latest_posts")] == [
        ("message", "301/1"),
        ("edited", "301/1"),
        ("message", "301/2"),
        ("message", "302/6"),
    ]
    assert events("latest_posts")[0].event_id == events("topic_in_our_category")[0].event_id
    assert events("latest_posts")[1].event_id == events("edited")[0].event_id


def test_odd_post_spoils_no_other() -> None:
    body = json.loads((PAYLOADS / "latest_posts.json").read_bytes())
    body["latest_posts"][0]["topic_id"] = "?"
    assert len(CHANNEL.parse(json.dumps(body).encode())) == 3


def test_private_messages_are_fetched_and_never_taken_from_webhooks() -> None:
    first, second = events("private_posts")
    assert {each.address.key for each in (first, second)} == {"private/310"}
    assert (first.text, second.text) == ("My refund\n\nIt did not come.", "Are you there?")
    assert events("strangers_private_message") == []


@pytest.mark.parametrize("payload", ["colleague", "colleague_by_group"])
def test_colleague_answers_whom_he_answers(payload: str) -> None:
    (event,) = events(payload)
    assert (event.kind, event.address.person, event.address.thread) == ("colleague", "ann", "301/1")


def test_colleague_who_answers_nobody_answers_whoever_writes_there() -> None:
    (event,) = changed("colleague", reply_to_user=None, reply_to_post_number=None)
    assert event.address.person == ""
    (elsewhere,) = changed("colleague", category_id=9)
    assert (elsewhere.address.person, elsewhere.address.thread) == ("", "")


def test_staff_of_the_forum_are_colleagues_only_where_we_say_so() -> None:
    (event,) = changed("topic_in_our_category", moderator=True, staff=True)
    assert event.kind == "message"


def test_mention_is_of_who_does_not_speak_to_us() -> None:
    (event,) = events("found")
    assert (event.kind, event.event_id, event.url) == (
        "mention",
        "mention/4130",
        "https://forum.example/t/305/3",
    )
    body = json.loads((PAYLOADS / "found.json").read_bytes())
    for told in (
        {"raw": "@nimbea lost it"},
        {"category_id": 5},
        {"username": "nimbea"},
        {"username": "claire"},
    ):
        found = {"found_posts": [{**body["found_posts"][0], **told}]}
        assert CHANNEL.parse(json.dumps(found).encode()) == []
