from __future__ import annotations

import json
import logging
from typing import Any

from bot.logs import Json
from bot.supervisor import Voice


def heard(style: Any, program: str, *lines: str) -> list[str]:
    said: list[str] = []
    voice = Voice(style, said.append)
    for line in lines:
        voice.relay(program, line)
    return said


def test_people_read_who_said_what_without_details() -> None:
    assert heard("text", "rasa", "said: ann@mail.example") == ["rasa | said: ••••"]


def test_lines_of_our_own_processes_pass_as_they_are() -> None:
    line = Json("worker").format(logging.makeLogRecord({"name": "bot", "msg": "x", "conversation": 7}))
    assert heard("json", "worker", line) == [line]


def test_what_others_write_becomes_an_object_without_details() -> None:
    for line in ("said: ann@mail.example", '{"said": "ann@mail.example"}', "[1, 2]", "7"):
        (said,) = heard("json", "rasa", line)
        found = json.loads(said)
        assert (found["process"], found["logger"], found["level"]) == ("rasa", "rasa", "info")
        assert found["message"] == line.replace("ann@mail.example", "••••")


def test_its_own_words_are_lines_or_objects_too() -> None:
    said: list[str] = []
    Voice("text", said.append).say("two\nlines")
    Voice("json", said.append).say("two\nlines")
    assert said[0] == "two\nlines"
    assert (json.loads(said[1])["process"], json.loads(said[1])["message"]) == ("up", "two\nlines")
