"""What a server checks of the record of a post before it files it."""

from __future__ import annotations

import re
from typing import Any

import regex

from tests.fakes.bluesky.errors import Json, invalid

POST = "app.bsky.feed.post"
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MOST_BYTES, MOST_GRAPHEMES, MOST_LANGUAGES = 3000, 300, 3


def check_post(record: Any, rkey: str) -> None:
    """Raise `XrpcError` where the record, or the key that it shall have, is none of a post."""
    if not isinstance(record, dict) or record.get("$type") != POST:
        raise invalid(f"Invalid $type: expected {POST}")
    if not TID.fullmatch(rkey):
        raise invalid(f"Invalid record key: expected a TID, got {rkey}")
    text = record.get("text")
    if not isinstance(text, str):
        raise invalid("Invalid app.bsky.feed.post record: Record/text must be a string")
    check_text(text, MOST_BYTES, MOST_GRAPHEMES)
    if not MOMENT.fullmatch(str(record.get("createdAt"))):
        raise invalid("Invalid app.bsky.feed.post record: Record/createdAt must be a valid datetime")
    if len(record.get("langs", [])) > MOST_LANGUAGES:
        raise invalid("Invalid app.bsky.feed.post record: Record/langs must not have more than 3 elements")
    for name in ("root", "parent") if "reply" in record else ():
        _check_ref(record["reply"].get(name), name)
    for facet in record.get("facets", []):
        check_facet(facet, len(text.encode()))


def check_text(text: str, most_bytes: int, most_graphemes: int) -> None:
    """Raise `XrpcError` where a text is too long."""
    if len(text.encode()) > most_bytes:
        raise invalid(f"Record/text must not be longer than {most_bytes} characters")
    if len(regex.findall(r"\X", text)) > most_graphemes:
        raise invalid(f"Record/text must not be longer than {most_graphemes} graphemes")


def check_facet(facet: Json, size: int) -> None:
    """Raise `XrpcError` where a part of a text is none."""
    start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
    if not 0 <= start < end <= size:
        raise invalid("Record/facets/0/index is out of range")
    for feature in facet["features"]:
        kind = feature["$type"].partition("#")[2]
        if {"mention": "did", "link": "uri", "tag": "tag"}[kind] not in feature:
            raise invalid("Record/facets/0/features/0 must have its property")


def _check_ref(ref: Any, name: str) -> None:
    if not (isinstance(ref, dict) and str(ref.get("uri")).startswith("at://") and ref.get("cid")):
        raise invalid(f"Invalid app.bsky.feed.post record: Record/reply/{name} must be a strong reference")
