"""The file .env: settings for a laptop, without exporting them one by one."""

from __future__ import annotations

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


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
