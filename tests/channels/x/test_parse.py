"""What X posts, translated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import BadPayload
from bot.messages import Attachment, Inbound
from tests.channels.x.contract import build

PAYLOADS = Path(__file__).parent / "payloads"


def events(name: str) -> list[Inbound]:
    return build().parse((PAYLOADS / f"{name}.json").read_bytes())


def one(name: str) -> Inbound:
    (event,) = events(name)
    return event


def one_without(name: str, *fields: str) -> Inbound:
    body = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    for field in fields:
        del body["data"]["payload"][field]
    (event,) = build().parse(json.dumps(body).encode())
    return event


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59-12:00", "no moment", ""])
def test_moment_that_is_none_is_left_out(told: str) -> None:
    body = json.loads((PAYLOADS / "mention.json").read_bytes())
    body["data"]["payload"]["created_at"] = told
    (event,) = build().parse(json.dumps(body).encode())
    assert event.sent_at is None


def test_mention_is_a_message_in_public_with_real_addresses_and_without_our_name() -> None:
    event = one("mention")
    assert (event.kind, event.event_id, event.message_id) == ("message", "209", "209")
    assert event.text == "where is my bag & coat? https://bags.example/blue?x=1"
    assert event.address.key == "public/209//200"
    assert (event.author, event.language) == ("Ann Lee", "en")
    assert event.attachments == (
        Attachment(kind="photo", reference="https://pbs.example/1.jpg", name="a blue bag"),
    )
    assert event.url == "https://x.com/i/web/status/209"


def test_answer_to_us_belongs_to_the_thread_and_says_whom_it_answers() -> None:
    event = one("reply")
    assert (event.address.chat, event.reply_to, event.text) == ("209", "210", "and the second one?")


def test_post_has_the_same_id_by_whatever_way_it_comes() -> None:
    fetched = {event.event_id for event in events("fetched_posts")}
    assert one("mention").event_id in fetched
    assert one("message").event_id in {event.event_id for event in events("fetched_messages")}


def test_who_answers_somebody_else_while_we_are_in_copy_does_not_speak_to_us() -> None:
    event = one("reply_to_somebody_else")
    assert (event.kind, event.event_id, event.text) == ("mention", "mention/212", "no, you are wrong")


@pytest.mark.parametrize("missing", [["display_text_range"], ["in_reply_to_user_id"]])
def test_who_has_us_in_copy_does_not_speak_to_us_whatever_x_leaves_out(missing: list[str]) -> None:
    event = one_without("reply_to_somebody_else", *missing)
    assert (event.kind, event.text) == ("mention", "no, you are wrong")
    answer = one_without("reply", *missing)
    assert (answer.kind, answer.text) == ("message", "and the second one?")


def test_own_answer_is_known_by_its_words_where_x_does_not_say_where_they_begin() -> None:
    assert one_without("own_answer", "display_text_range").text == "It is on its way"


def test_who_names_us_in_the_text_speaks_to_us() -> None:
    event = one("brought_in_by_name")
    assert (event.kind, event.text) == ("message", "ask @shop about it")


@pytest.mark.parametrize("name", ["quote", "account_quote"])
def test_quote_of_ours_is_a_message_with_what_it_quotes(name: str) -> None:
    event = one(name)
    assert (event.kind, event.text) == ("message", "is that so?")
    assert event.attachments == (Attachment(kind="share", reference="https://x.com/i/web/status/190"),)


@pytest.mark.parametrize("name", ["long_post", "account_long_post"])
def test_long_post_is_read_to_its_end(name: str) -> None:
    text = one(name).text
    assert text.startswith("a long story")
    assert text.endswith("that ends here")


def test_edited_post_edits_its_first_version_which_may_never_have_come() -> None:
    first, edit = events("edited")
    assert (first.kind, first.event_id, first.message_id) == ("message", "209", "209")
    assert (edit.kind, edit.event_id, edit.message_id) == ("edited", "216", "209")
    assert edit.text == "where is my blue bag?"


def test_answer_in_our_name_is_a_colleagues_until_the_inbox_knows_it() -> None:
    event = one("own_answer")
    assert (event.kind, event.text, event.address.key) == (
        "colleague",
        "It is on its way",
        "public/209//200",
    )


def test_answer_in_our_name_to_nobody_in_particular_is_to_all_in_the_thread() -> None:
    body = json.loads((PAYLOADS / "own_answer.json").read_bytes())
    del body["data"]["payload"]["in_reply_to_user_id"]
    (event,) = build().parse(json.dumps(body).encode())
    assert (event.kind, event.address.chat, event.address.person) == ("colleague", "209", "")


def test_older_interface_finds_threads_by_the_posts_that_came_before() -> None:
    first, second, third = events("account_batch")
    assert [event.address.key for event in (first, second, third)] == ["public/240//200"] * 3
    assert [event.kind for event in (first, second, third)] == ["message", "colleague", "message"]
    assert third.text == "thank you"
    assert str(first.sent_at) == "2026-11-21 10:00:00+00:00"


def test_message_is_private() -> None:
    event = one("message")
    assert (event.kind, event.text, event.address.key) == ("message", "Where is my order?", "private/200")
    assert event.author == "Ann Lee"


def test_message_with_a_photo_has_no_address_that_nobody_typed() -> None:
    event = one("message_with_photo")
    assert event.text == "look"
    assert event.attachments == (Attachment(kind="photo", reference="https://ton.example/231.jpg"),)


def test_message_by_our_link_brings_its_token() -> None:
    event = one("message_by_link")
    assert event.start_token == "abcdefghijklmnopqrstuvwxyz012345"
    assert (event.text, event.text_is_payload) == ("/greet", True)
    with_words = one("message_by_link_with_words")
    assert (with_words.text, with_words.start_token) == ("my bag", event.start_token)


def test_message_in_our_name_goes_to_the_customers_conversation() -> None:
    event = one("message_of_ours")
    assert (event.kind, event.text, event.address.key) == (
        "colleague",
        "Thanks for the update!",
        "private/200",
    )


@pytest.mark.parametrize("name", ["seen", "account_seen"])
def test_customer_has_read_all_up_to_a_moment(name: str) -> None:
    event = one(name)
    assert (event.kind, event.message_id, event.until) == ("read", "", event.sent_at)
    assert event.address.key == "private/200"


def test_encrypted_message_is_told_without_its_words() -> None:
    event = one("encrypted")
    assert (event.kind, event.text, event.address.key) == ("message", "", "private/200")
    assert event.attachments == (Attachment(kind="encrypted"),)


def test_encrypted_message_in_our_name_is_a_colleagues() -> None:
    event = one("encrypted_of_ours")
    assert (event.kind, event.address.key) == ("colleague", "private/200")


def test_messages_of_the_past_come_in_order_without_those_of_groups() -> None:
    assert [(event.kind, event.message_id) for event in events("fetched_messages")] == [
        ("message", "230"),
        ("colleague", "271"),
    ]


def test_posts_of_the_past_come_in_order() -> None:
    first, second = events("fetched_posts")
    assert (first.message_id, second.message_id) == ("209", "261")
    assert second.attachments == (Attachment(kind="poll", name="red / blue"),)


def test_search_finds_mentions_and_nothing_that_is_said_to_us_or_by_us() -> None:
    event = one("fetched_search")
    assert (event.kind, event.event_id, event.text) == (
        "mention",
        "mention/281",
        "Nimbea lost my bag again",
    )
    assert event.address.key == "public/281//200"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": []}', b'{"data": {"id": "1"}}'])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        build().parse(body)
