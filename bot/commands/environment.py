"""The file .env: settings for a laptop, without exporting them one by one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.errors import SettingsError


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines; comments, empty lines and a file that is not there are fine.

    A value may stand in quotes. Raises `SettingsError` naming the line that is neither.
    """
    if not path.is_file():
        return {}
    settings = {}
    for number, line in enumerate(path.read_text(encoding="utf8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, found, value = line.partition("=")
        if not found or not name.strip().isidentifier():
            raise SettingsError(f"{path}, line {number}: expected NAME=value")
        settings[name.strip()] = _unquoted(value.strip())
    return settings


def add_to_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Add lines at its end, and leave all others as they are; nobody but its owner may read it.

    The file is there whole before and after, whatever happens in between. Of a name that stands there
    twice the later line counts. Raises `SettingsError` for a value that no line can hold, or where the
    file cannot be written.
    """
    lines = "".join(f"{name}={_quoted(name, value)}\n" for name, value in values.items())
    target = path.resolve()  # where it is a link, what it leads to
    try:
        before = target.read_text(encoding="utf8") if target.exists() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        _replace(target, f"{before}{gap}{lines}")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error


def _replace(target: Path, text: str) -> None:
    # A name that git ignores, should we be killed in between.
    own = target.with_name(f".{os.getpid()}{target.name}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf8") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            own.replace(target)
        except BaseException:
            own.unlink(missing_ok=True)
            raise


def _quoted(name: str, value: str) -> str:
    if len(f"{value}.".splitlines()) > 1:
        raise SettingsError(f"{name}: a value must stand on one line")
    return value if _unquoted(value.strip()) == value else f'"{value}"'


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
