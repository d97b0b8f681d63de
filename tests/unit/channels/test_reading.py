"""What is read of JSON that may hold anything."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from bot.channels.reading import field, number, since_1970, text, thing, things


def test_what_is_there_is_read() -> None:
    told = {"thing": {"a": 1}, "things": [{"b": 2}, 7, None], "text": "hello", "number": 7, "quoted": "8"}
    assert thing(told, "thing") == {"a": 1}
    assert list(things(told, "things")) == [{"b": 2}]
    assert text(told, "text") == "hello"
    assert (number(told, "number"), number(told, "quoted")) == (7, 8)
    assert field(told, "text") == "hello"


@pytest.mark.parametrize("odd", [None, 7.5, True, [], [None], "²", "-1", "", "9" * 20])
def test_what_is_of_another_type_is_not_there(odd: Any) -> None:
    told = {"field": odd}
    assert thing(told, "field") == {}
    assert list(things(told, "field")) == []
    assert number(told, "field") is None


@pytest.mark.parametrize("holder", [None, 7, "text", [], ["text"], {}])
def test_what_is_no_object_has_no_fields(holder: Any) -> None:
    assert field(holder, "field") is None
    assert thing(holder, "field") == {}
    assert list(things(holder, "field")) == []
    assert text(holder, "field") == ""
    assert number(holder, "field") is None


def test_halves_of_pairs_are_replaced() -> None:
    assert text({"field": "\ud83d!"}, "field") == "?!"


def test_moment_is_told_to_the_millisecond() -> None:
    assert since_1970(1790000000123) == datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=timezone.utc)


@pytest.mark.parametrize("milliseconds", [0, -1, 10**15, 10**400])
def test_moment_at_which_nobody_wrote_is_none(milliseconds: int) -> None:
    assert since_1970(milliseconds) is None
