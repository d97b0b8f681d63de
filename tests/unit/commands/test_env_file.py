"""Lines are added to .env, and nothing else happens to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.commands.environment import add_to_env_file, read_env_file
from bot.errors import SettingsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_lines_that_stand_there_are_kept_as_they_are(file: Path) -> None:
    file.write_text("# mine\n\nA = 'b c'\nTOKEN=old")
    add_to_env_file(file, {"TOKEN": "new", "OTHER": "x"})
    assert file.read_text() == "# mine\n\nA = 'b c'\nTOKEN=old\nTOKEN=new\nOTHER=x\n"
    assert read_env_file(file) == {"A": "b c", "TOKEN": "new", "OTHER": "x"}


def test_nobody_else_may_read_it(file: Path) -> None:
    file.write_text("A=b\n")
    file.chmod(0o644)
    add_to_env_file(file, {"TOKEN": "x"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == [".env"]


def test_file_that_is_not_there_is_made(file: Path) -> None:
    add_to_env_file(file, {"TOKEN": "x"})
    assert file.read_text() == "TOKEN=x\n"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["a b", " a ", '"a"', "'a'", "a=b#c", "é"])
def test_value_is_read_as_it_was_given(file: Path, value: str) -> None:
    add_to_env_file(file, {"TOKEN": value})
    assert read_env_file(file) == {"TOKEN": value}


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\x0c"])
def test_value_of_two_lines_is_refused_by_name_and_not_shown(file: Path, end: str) -> None:
    with pytest.raises(SettingsError, match="TOKEN") as caught:
        add_to_env_file(file, {"TOKEN": f"hidden{end}RELAIS_PORT=1"})
    assert "hidden" not in str(caught.value)
    assert not file.exists()


def test_link_stays_one(file: Path) -> None:
    real = file.with_name("settings")
    real.write_text("A=b\n")
    file.symlink_to(real)
    add_to_env_file(file, {"TOKEN": "x"})
    assert file.is_symlink()
    assert real.read_text() == "A=b\nTOKEN=x\n"


def test_what_cannot_be_written_leaves_everything_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("A=b\n")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        add_to_env_file(file, {"TOKEN": "x"})
    assert file.read_text() == "A=b\n"
    assert [each.name for each in file.parent.iterdir()] == [".env"]
