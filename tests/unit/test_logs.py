from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

import pytest

from bot.errors import AssistantUnavailable
from bot.logs import FIELDS, Json, Text, also, keep_log, within


def record(message: str, *values: object, failed: bool = False, **fields: object) -> logging.LogRecord:
    error = sys.exc_info() if failed else None
    made = logging.LogRecord("bot.turns", logging.INFO, "x.py", 1, message, values, error)
    made.__dict__.update(fields)
    return made


def line(message: str, *values: object, failed: bool = False, **fields: object) -> str:
    return Text().format(record(message, *values, failed=failed, **fields))


def parsed(message: str, *values: object, failed: bool = False, **fields: object) -> dict[str, Any]:
    text = Json("worker").format(record(message, *values, failed=failed, **fields))
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_details_are_masked_in_the_message() -> None:
    said = ("said: %s", "call 06 12 34 56 78, X4K9PL")
    assert line(*said).endswith("INFO bot.turns said: call ••••, ••••")
    assert parsed(*said)["message"] == "said: call ••••, ••••"


def test_details_are_masked_in_the_fields() -> None:
    assert line("x", account="ann@mail.example").endswith("[account=••••]")
    assert parsed("x", account="ann@mail.example")["account"] == "••••"


def test_the_words_of_an_error_are_left_out_for_they_may_quote_a_customer() -> None:
    words = "my dog is sad", "and so am I"
    try:
        raise KeyError(words[0]) from ValueError(words[1])
    except KeyError:
        text, fields = line("failed", failed=True), parsed("failed", failed=True)
    assert (fields["error"], "test_logs.py" in fields["trace"]) == ("KeyError, from ValueError", True)
    assert "KeyError\n" in text
    assert not any(word in text + json.dumps(fields) for word in words)


def test_the_words_of_our_own_errors_are_kept() -> None:
    try:
        raise AssistantUnavailable("Rasa answered 503")
    except AssistantUnavailable:
        text, fields = line("failed", failed=True), parsed("failed", failed=True)
    assert "AssistantUnavailable: Rasa answered 503" in text
    assert fields["error"] == "AssistantUnavailable: Rasa answered 503"


def test_the_rest_of_the_line_stays() -> None:
    text = line("listening on %s:%s, conversation %s", "127.0.0.1", 8080, 4711)
    assert text.endswith("listening on 127.0.0.1:8080, conversation 4711")
    assert "•" not in text


def test_a_line_of_json_says_when_where_and_by_whom() -> None:
    fields = parsed("turn ended", conversation=4711)
    assert fields.pop("time").endswith("Z")
    assert fields.pop("pid") > 0
    assert fields == {
        "level": "info",
        "logger": "bot.turns",
        "process": "worker",
        "message": "turn ended",
        "conversation": 4711,
    }


def test_what_no_encoding_takes_still_makes_a_line() -> None:
    assert parsed("half a pair: \ud83d")["message"] == "half a pair: \ud83d"


def test_a_line_bears_the_fields_of_what_it_was_written_in() -> None:
    with within(conversation=7, channel="telegram"):
        with within(channel="webchat", case=None):
            inner = parsed("x")
        outer = parsed("x", conversation=8)
    assert (inner["conversation"], inner["channel"]) == (7, "webchat")
    assert "case" not in inner
    assert (outer["conversation"], outer["channel"]) == (8, "telegram")
    assert not set(parsed("x")) & set(FIELDS)


def test_a_number_is_a_number_in_every_process() -> None:
    assert [parsed("x", conversation=said)["conversation"] for said in (4711, "4711")] == [4711, 4711]
    assert parsed("x", account="0612345678")["account"] == "••••"


def test_fields_that_are_known_later_hold_until_the_end_of_the_whole() -> None:
    with within(conversation=7):
        also(channel="telegram")
        assert (parsed("x")["conversation"], parsed("x")["channel"]) == (7, "telegram")
    assert not set(parsed("x")) & set(FIELDS)


async def test_each_task_has_fields_of_its_own() -> None:
    begun, seen = asyncio.Event(), []

    async def work(number: int) -> None:
        with within(conversation=number):
            await begun.wait()
            seen.append(await asyncio.to_thread(lambda: parsed("x")["conversation"]))

    working = asyncio.gather(work(1), work(2))
    await asyncio.sleep(0)
    begun.set()
    await working
    assert sorted(seen) == [1, 2]


@pytest.mark.parametrize(("style", "kind"), [("text", Text), ("json", Json)])
def test_a_process_keeps_its_log_in_the_style_that_was_chosen(style: Any, kind: type) -> None:
    root = logging.getLogger()
    before, level, last = root.handlers[:], root.level, logging.lastResort
    root.handlers[:] = []  # what pytest put there must not be closed
    try:
        keep_log("worker", style, "warning")
        (handler,) = root.handlers
        assert logging.lastResort is handler
        assert isinstance(handler.formatter, kind)
        assert root.level == logging.WARNING
        keep_log("worker", style, "debug")
        assert (root.level, logging.getLogger("bot.turns").getEffectiveLevel()) == (20, 10)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.getLogger("bot").setLevel(logging.NOTSET)
        logging.lastResort = last
