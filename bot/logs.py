"""What happened, a line each: when, in which process and conversation, and nobody's words.

Whoever begins a turn, a delivery or a request says so with `within`; each line that is written
meanwhile bears the fields given there, whoever writes it. Lines are text for people, or JSON for
whatever collects them from all processes.
"""

from __future__ import annotations

import json
import logging
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone
from types import MappingProxyType, TracebackType
from typing import Literal

from bot.details import mask
from bot.errors import RelaisError

Style = Literal["text", "json"]
Level = Literal["info", "debug", "warning"]
# The first of each is the one that is meant where nothing is said.
STYLES: tuple[Style, ...] = ("text", "json")
LEVELS: tuple[Level, ...] = ("info", "debug", "warning")
Value = str | int | float

# What a line may say beside its message: ids, names of our own, figures.
FIELDS = (
    "conversation",
    "case",
    "channel",
    "account",
    "outbound",
    "job",
    "outcome",
    "seconds",
)
# What surely is one of our own names, in which a search for details would be in vain.
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.:/-]*")
_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_within: ContextVar[Mapping[str, Value | None]] = ContextVar("within", default=MappingProxyType({}))


@contextmanager
def within(**fields: Value | None) -> Iterator[None]:
    """Give these fields to every line that is written meanwhile, in this task and those it starts."""
    token = _within.set({**_within.get(), **fields})
    try:
        yield
    finally:
        _within.reset(token)


def also(**fields: Value | None) -> None:
    """Give more fields to the lines until the end of the present `within`."""
    _within.set({**_within.get(), **fields})


class Text(logging.Formatter):
    """Lines for people: fields in brackets, errors with their trace below."""

    def format(self, record: logging.LogRecord) -> str:
        """The line to write."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        line = f"{_moment(record)} {record.levelname} {record.name} {mask(record.getMessage())}"
        if fields:
            line += f" [{fields}]"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - overrides the library's
        """The way to an error and the errors behind it."""
        return "\n".join(
            f"{_named(error)}\n{''.join(traceback.format_tb(error.__traceback__)).rstrip()}"
            for error in _chain(ei[1])
        )


class Json(logging.Formatter):
    """Lines for machines: an object each. `process` is the role of this process."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process: dict[str, Value] = {"process": process, "pid": os.getpid()}

    def format(self, record: logging.LogRecord) -> str:
        """The line to write; always one."""
        said: dict[str, Value] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **self._process,
            "message": mask(record.getMessage()),
            **_fields(record),
        }
        if record.exc_info:
            errors = list(_chain(record.exc_info[1]))
            said["error"] = ", from ".join(map(_named, errors))
            said["trace"] = " > ".join(step for error in errors for step in _steps(error))
        return json.dumps(said)


def keep_log(process: str, style: Style, level: Level = "info") -> None:
    """Write what happens in this process to stderr from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json(process) if style == "json" else Text())
    # What libraries say in detail may quote customers.
    logging.basicConfig(level="WARNING" if level == "warning" else "INFO", handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level.upper())
    # Some libraries keep their lines from the root: those would go to stderr as they are.
    logging.lastResort = handler
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Value]:
    """Those of the line itself go before those of what it was written in."""
    found: dict[str, object] = {**_within.get(), **record.__dict__}
    return {name: _safe(name, found[name]) for name in FIELDS if found.get(name) is not None}


def _safe(name: str, value: object) -> Value:
    if isinstance(value, (int, float)):
        return value
    text = str(value)
    if name == "conversation" and text.isdecimal():
        return int(text)  # as Rasa has it: a number of ours
    return text if _NAME.fullmatch(text) else mask(text)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, the one that it came from, and so on."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _named(error: BaseException) -> str:
    """The kind of an error; its words only where they cannot quote what a customer wrote."""
    kind = type(error).__name__
    return f"{kind}: {mask(str(error))}" if isinstance(error, (RelaisError, OSError)) else kind


def _steps(error: BaseException) -> Iterator[str]:
    for step in traceback.extract_tb(error.__traceback__):
        yield f"{os.path.relpath(step.filename)}:{step.lineno} in {step.name}"
