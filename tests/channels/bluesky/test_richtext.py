"""Parts of texts, told by bytes."""

from __future__ import annotations

import pytest

from bot.channels.bluesky.measure import weight
from bot.channels.bluesky.richtext import facets, plain
from bot.channels.bluesky.wire import Facet, Feature, Me, Slice

ME = Me(did="did:plc:shop", handle="shop.example")


def part(start: int, end: int, **feature: str) -> Facet:
    return Facet(index=Slice(byte_start=start, byte_end=end), features=(Feature(**feature),))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@shop.example: where is it?", "where is it?"),
        ("@shop.example", "@shop.example"),
        ("@shop.example!", "@shop.example!"),
    ],
)
def test_our_name_at_the_head_is_left_out(text: str, shown: str) -> None:
    assert plain(text, (part(0, 13, did=ME.did),), ME) == shown


def test_our_name_within_a_text_stays() -> None:
    assert plain("I ask @shop.example now", (part(6, 19, did=ME.did),), ME) == "I ask @shop.example now"


def test_names_of_others_stay() -> None:
    text = "@bob.example @shop.example hello"
    both = (part(0, 12, did="did:plc:bob"), part(13, 26, did=ME.did))
    assert plain(text, both, ME) == "@bob.example hello"
    assert plain(text, both[:1], ME) == text


@pytest.mark.parametrize(
    ("shown", "address", "read"),
    [
        ("bank.example", "https://thief.example", "bank.example (https://thief.example)"),
        ("bank.example/lo...", "https://bank.example/long", "https://bank.example/long"),
        ("https://www.bank.example/", "https://bank.example", "https://bank.example"),
        ("run", "javascript:alert(1)", "run"),
    ],
)
def test_link_keeps_its_real_address(shown: str, address: str, read: str) -> None:
    assert plain(shown, (part(0, len(shown), uri=address),), ME) == read


@pytest.mark.parametrize("place", [(0, 99), (-1, 2), (3, 3), (1, 2)])
def test_part_that_does_not_fit_is_left_alone(place: tuple[int, int]) -> None:
    assert plain("é!", (part(*place, uri="https://a.example"),), ME) == "é!"


def test_parts_that_overlap_are_taken_once() -> None:
    both = (part(0, 5, uri="https://a.example"), part(3, 8, uri="https://b.example"))
    assert plain("one or two", both, ME) == "one o (https://a.example)r two"


def test_addresses_and_who_is_answered_are_told_by_bytes() -> None:
    text = "Voilà, @ann.example: see (https://a.example/é?x=1). Not @bob.example"
    name, link = facets(text, handle="ann.example", did="did:plc:ann")
    for each, shown in ((name, "@ann.example"), (link, "https://a.example/é?x=1")):
        cut = text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]]
        assert cut.decode() == shown
    assert name["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ann"}]
    assert link["features"][0]["uri"] == "https://a.example/é?x=1"


def test_nobody_else_is_mentioned() -> None:
    assert facets("ann.example @ann.example.org x@ann.example @bob.example") == []
    assert facets("@ann.example.org x@ann.example", handle="ann.example", did="did:plc:ann") == []
    (link,) = facets("https://a.example/@ann.example", handle="ann.example", did="did:plc:ann")
    assert "link" in link["features"][0]["$type"]


def test_length_is_in_what_one_sees_or_in_bytes() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert weight("a" * 300) == 300
    assert weight("é" * 300) == 300
    assert weight(family * 10) == 18  # 180 bytes are as much of 3000 as 18 of 300
    assert weight(family * 200) > 300
    assert weight("") == 0
    assert weight("\ud800") == 1
