"""What Meta's JSON holds is read, and what is not of its type is not there."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.channels.meta.correlation import mark, unmark
from bot.channels.meta.reading import entries, identifier, identifiers, moment
from bot.channels.reading import number, text, thing, things
from bot.errors import BadPayload

THEN = datetime(2026, 9, 21, 14, 13, 20, tzinfo=timezone.utc)


def test_entries_of_another_kind_are_nobodys() -> None:
    body = b'{"object": "page", "entry": [{"id": "1"}, 7]}'
    assert entries(body, "page") == [{"id": "1"}]
    assert entries(body, "instagram") == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"7",
        b"{}",
        b'{"object": 7, "entry": []}',
        b'{"object": "page"}',
        b'{"object": "page", "entry": {}}',
    ],
)
def test_body_that_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        entries(body, "page")


def test_half_an_emoji_does_not_spoil_the_batch() -> None:
    (entry,) = entries(b'{"object": "page", "entry": [{"id": "\\ud83d!"}]}', "page")
    assert text(entry, "id") == "?!"


@pytest.mark.parametrize("odd", [None, 7.5, True, [], {}, "a", "x" * 201])
def test_what_is_of_another_type_is_not_there(odd: Any) -> None:
    holder = {"field": odd}
    assert number(holder, "field") is None
    assert moment(holder, "field") is None
    assert identifier(holder, "field") == ("a" if odd == "a" else "")
    assert thing(holder, "field") == {}
    assert list(things(holder, "field")) == []
    assert identifiers({"field": [odd, "b", 7]}, "field")[-2:] == ["b", "7"]


@pytest.mark.parametrize("value", [1790000000, 1790000000000, "1790000000"])
def test_moments_are_in_seconds_or_milliseconds(value: object) -> None:
    assert moment({"at": value}, "at") == THEN


@pytest.mark.parametrize("value", [0, -1, 10**15, 10**400, "1e9"])
def test_moment_out_of_this_time_is_none(value: object) -> None:
    assert moment({"at": value}, "at") is None


def test_identifier_may_be_a_number() -> None:
    assert identifier({"app_id": 1517776481860111}, "app_id") == "1517776481860111"


def test_mark_is_known_again() -> None:
    assert unmark(mark(4711)) == 4711
    assert unmark("another app's") is None
    assert unmark("relais:" + "9" * 30) is None
