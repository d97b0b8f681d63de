"""What a supervisor says: its own words, and those of its programs."""

from __future__ import annotations

import json
import logging

from bot.details import mask
from bot.logs import Json, Style
from bot.supervisor.child import Say


class Voice:
    """Says lines to `out`: as text for people, or as JSON, in which each is an object."""

    def __init__(self, style: Style, out: Say) -> None:
        self._style = style
        self._out = out

    def say(self, line: str) -> None:
        """Say something of its own."""
        self._out(_wrapped("up", line) if self._style == "json" else line)

    def relay(self, program: str, line: str) -> None:
        """Say what a program said.

        What it quotes of a customer's words, in a warning, is not for the terminal. Lines of JSON
        were searched by who wrote them.
        """
        if self._style == "text":
            self._out(f"{program} | {mask(line)}")
        else:
            self._out(line if _is_ours(line) else _wrapped(program, mask(line)))


def _is_ours(line: str) -> bool:
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return isinstance(said, dict) and {"time", "process", "message"} <= said.keys()


def _wrapped(process: str, line: str) -> str:
    fields = {"name": process, "levelno": logging.INFO, "levelname": "INFO", "msg": line}
    return Json(process).format(logging.makeLogRecord(fields))
