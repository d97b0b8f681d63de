"""Bodies of the feed, translated."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadPayload
from bot.messages import Attachment, Inbound
from tests.channels.bluesky.contract import build

PAYLOADS = Path(__file__).with_name("payloads")
CHANNEL = build()
ROOT = "at://did:plc:ann/app.bsky.feed.post/3mz7iuy6k2222"
BRANDS = "at://did:plc:shop/app.bsky.feed.post/3mz7iuy6k1111"


def body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    return found


def events(name: str) -> list[Inbound]:
    return CHANNEL.parse((PAYLOADS / f"{name}.json").read_bytes())


def event(name: str) -> Inbound:
    (only,) = events(name)
    return only


def changed(name: str, **post: Any) -> list[Inbound]:
    """The events of a payload, with other fields in its post."""
    other = body(name)
    other["post"].update(post)
    return CHANNEL.parse(json.dumps(other).encode())


def test_mention_is_a_conversation_of_its_thread() -> None:
    found = event("mention")
    assert (found.address.key, found.kind) == (f"public/{ROOT}//did:plc:ann", "message")
    assert (found.text, found.author, found.language) == ("where is my bag?", "Ann", "en")
    assert (found.event_id, found.message_id) == (ROOT, ROOT)
    assert found.url == "https://bsky.app/profile/did:plc:ann/post/3mz7iuy6k2222"
    assert found.sent_at == datetime(2026, 11, 1, 10, tzinfo=timezone.utc)


def test_mention_in_a_thread_of_others_belongs_to_its_first_post() -> None:
    found = event("mention_in_thread")
    assert found.address.chat == "at://did:plc:bob/app.bsky.feed.post/3mz7iuy6k2000"
    assert found.reply_to == "at://did:plc:eve/app.bsky.feed.post/3mz7iuy6k2111"


def test_links_are_shown_in_full_and_warnings_before_the_text() -> None:
    found = event("mention_rich")
    assert found.text == "graphic-media\n\n@eve.bsky.example voilà: https://booking.example/case/4711"
    assert found.language == "fr"


def test_what_is_attached_comes_with_its_description() -> None:
    picture = "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ann/bafkreiimage1@jpeg"
    first, second = event("mention_with_images").attachments
    assert first == Attachment(kind="image", reference=picture, name="A torn bag")
    assert second.name == ""
    video, quote = event("mention_with_video_and_quote").attachments
    assert (video.kind, video.name) == ("video", "The queue")
    assert quote == Attachment(
        kind="share", reference="https://bsky.app/profile/did:plc:bob/post/3mz7iuy6k2000"
    )
    (link,) = event("mention_with_link").attachments
    assert link == Attachment(kind="link", reference="https://news.example/strike", name="Strike tomorrow")


def test_embed_that_nobody_knows_is_told_as_such() -> None:
    record = {**body("mention")["post"]["record"], "embed": {"$type": "app.bsky.embed.hologram"}}
    (found,) = changed("mention", record=record)
    assert found.attachments == (Attachment(kind="unknown", reference=found.url),)


@pytest.mark.parametrize("name", ["reply_to_us", "reply_goes_on"])
def test_reply_to_us_and_to_oneself_speaks_to_us(name: str) -> None:
    found = event(name)
    assert (found.kind, found.address.chat, found.address.person) == ("message", ROOT, "did:plc:ann")


def test_reply_to_another_customer_speaks_of_us_and_not_to_us() -> None:
    found = event("reply_to_others")
    assert (found.kind, found.address.chat, found.address.person) == ("mention", BRANDS, "did:plc:bob")
    assert found.event_id == f"mention/{found.message_id}"


def test_quote_speaks_of_us_and_not_to_us() -> None:
    found = event("quote")
    assert (found.kind, found.address.chat) == ("mention", found.message_id)
    assert found.event_id == f"mention/{found.message_id}"
    assert found.attachments[0].reference == "https://bsky.app/profile/did:plc:shop/post/3mz7iuy6k1111"


def test_quote_that_tags_us_speaks_to_us() -> None:
    facets = body("mention")["post"]["record"]["facets"]
    record = {**body("quote")["post"]["record"], "facets": facets, "text": "@shop.bsky.example never again"}
    (found,) = changed("quote", record=record)
    assert (found.kind, found.text) == ("message", "never again")


def test_whom_we_block_is_not_heard() -> None:
    author = body("mention")["post"]["author"]
    author["viewer"]["blocking"] = "at://did:plc:shop/app.bsky.graph.block/3mz7iuy6k2222"
    assert changed("mention", author=author) == []


def test_label_of_somebody_else_makes_no_bot() -> None:
    author = {**body("mention_by_bot")["post"]["author"]}
    author["labels"] = [{"src": "did:plc:labeler", "val": "bot"}]
    assert len(changed("mention_by_bot", author=author)) == 1


def test_answer_of_a_colleague_comes_with_what_it_answers() -> None:
    asked, answer = events("mention_answered")
    assert (asked.kind, answer.kind) == ("message", "colleague")
    assert asked.address == answer.address
    assert (answer.text, answer.reply_to) == ("It is on its way.", ROOT)
    assert answer == event("own")


def test_answer_in_a_talk_of_a_colleague_with_himself_is_for_who_began_it() -> None:
    other = body("own")
    other["post"]["value"]["reply"]["parent"]["uri"] = BRANDS
    (found,) = CHANNEL.parse(json.dumps(other).encode())
    assert found.address.person == "did:plc:ann"


def test_moment_that_is_none_is_left_out() -> None:
    other = body("own")
    for odd in ("yesterday", "2026-11-01T10:00:00", "0001-01-01T00:00:00+23:00"):
        other["post"]["value"]["createdAt"] = odd
        (found,) = CHANNEL.parse(json.dumps(other).encode())
        assert found.sent_at is None


def test_post_that_is_gone_is_a_deleted_message() -> None:
    found = event("gone")
    assert (found.kind, found.message_id) == ("deleted", ROOT)
    assert found.address == event("mention").address


def test_direct_messages_are_one_conversation_of_the_person() -> None:
    found = event("direct")
    assert (found.address.key, found.address.person) == ("private/did:plc:ann", "did:plc:ann")
    assert (found.kind, found.text, found.author) == ("message", "My booking is lost", "Ann")
    assert found.event_id == "dm/3mz7convo2222/3mz7kaaaa2222"


def test_direct_message_of_ours_is_a_colleagues() -> None:
    found = event("direct_by_colleague")
    assert (found.kind, found.address.key) == ("colleague", "private/did:plc:ann")


def test_post_in_a_direct_message_is_attached() -> None:
    (shared,) = event("direct_with_post").attachments
    assert shared.reference == "https://bsky.app/profile/did:plc:ann/post/3mz7iuy6k2222"


def test_search_tells_only_of_what_does_not_address_us() -> None:
    first, second = events("found")
    assert {first.kind, second.kind} == {"mention"}
    assert (first.text, second.text) == ("Nimb late again", "I like Nimb")
    assert first.event_id == f"mention/{first.message_id}"
    assert first.address.chat == first.message_id
    assert first.url.endswith("/did:plc:bob/post/3mz7iuy6k222h")


def test_address_that_is_longer_than_any_is_refused() -> None:
    with pytest.raises(BadPayload):
        changed("mention", uri="at://did:plc:ann/app.bsky.feed.post/" + "3" * 300)
