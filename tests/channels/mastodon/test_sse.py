"""Server-sent events, cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.mastodon.sse import HEARTBEAT, LONGEST, Event, EventStream
from bot.errors import DeliveryLater

STREAM = (
    b":connected\n\n"
    + 'event: update\ndata: {"a": "é👩"}\n\n'.encode()
    + b":thump\n"
    + b"event: delete\r\ndata: 5\r\ndata:6\r\nid: 7\r\nretry: 3\r\n\r\n"
    + b"data: nameless\n\n\n"
    + b"event: filters_changed\n\n"
    + b"event: unfinished\ndata: x\n"
)
EVENTS = [
    HEARTBEAT,
    Event(name="update", data='{"a": "é👩"}'),
    HEARTBEAT,
    Event(name="delete", data="5\n6"),
    Event(name="filters_changed"),
]


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_whole_wherever_they_are_cut(cuts: list[int]) -> None:
    stream, borders = EventStream(), [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[begin:end] for begin, end in pairwise(borders)]
    assert [event for piece in pieces for event in stream.feed(piece)] == EVENTS


@pytest.mark.parametrize("piece", [b"x" * 65536, b"data: " + b"x" * 65536 + b"\n"])
def test_event_without_end_is_given_up(piece: bytes) -> None:
    stream = EventStream()
    for _ in range(LONGEST // len(piece)):
        assert stream.feed(piece) == []
    with pytest.raises(DeliveryLater):
        stream.feed(2 * piece)
