"""The skeleton of a channel: where it may be written, and that it works as it stands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.brand import load_brand
from bot.commands import main
from bot.commands.skeleton import BRAND, REGISTRY

ROOT = Path(__file__).parents[3]
# As short and as long as names may be, and with every kind of character.
NAMES = ("q", "z" * 20, "base2", "zz_twenty_character2")


@pytest.fixture
def outline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the command looks at in a repository."""
    for file in (REGISTRY, BRAND, Path("pyproject.toml")):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, tmp_path / file)
    (tmp_path / "bot/channels/meta").mkdir()
    (tmp_path / "tests/fakes").mkdir(parents=True)
    (tmp_path / "tests/fakes/clock.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new_channel(name: str) -> Result:
    return CliRunner().invoke(main, ["new-channel", name])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Chirper", "a small letter"),
        ("chir-per", "a small letter"),
        ("2chirp", "a small letter"),
        ("_chirp", "a small letter"),
        ("chirp_", "a small letter"),
        ("../chirp", "a small letter"),
        ("chirpé", "a small letter"),
        ("class", "no word of Python's"),
        ("a" * 21, "20 characters at most"),
        ("meta", "there is bot/channels/meta"),
        ("registry", "there is bot/channels/registry.py"),
        ("clock", "there is tests/fakes/clock.py"),
        ("account", "its class Account would mean something else"),
        ("testnet", "its class Testnet would mean something else"),
    ],
)
def test_name_that_cannot_be_is_refused_and_nothing_is_written(outline: Path, name: str, words: str) -> None:
    before = files(outline)
    result = new_channel(name)
    assert result.exit_code == 1
    assert words in result.output
    assert files(outline) == before


def test_channel_that_is_there_is_left_alone(outline: Path) -> None:
    assert new_channel("chirper").exit_code == 0
    before = files(outline)
    result = new_channel("chirper")
    assert result.exit_code == 1
    assert "is taken" in result.output
    assert files(outline) == before


def test_what_fails_in_the_middle_leaves_nothing_behind(outline: Path) -> None:
    (outline / "tests/channels").touch()  # a file where a folder must be
    before = files(outline)
    result = new_channel("chirper")
    assert result.exit_code == 1
    assert "cannot write" in result.output
    assert files(outline) == before


def test_what_fails_at_the_end_leaves_the_shared_files_as_they_were(outline: Path) -> None:
    (outline / ".brand.yml.new").touch()  # somebody else is at it
    before = files(outline)
    assert new_channel("chirper").exit_code == 1
    assert files(outline) == before


def test_elsewhere_than_in_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = new_channel("chirper")
    assert result.exit_code == 1
    assert "at the root of the repository" in result.output


def test_brand_without_etiquette_of_networks_is_said(outline: Path) -> None:
    (outline / BRAND).write_text("name: Shop\n")
    before = files(outline)
    assert "brand.yml has no `channels:`" in new_channel("chirper").output
    assert files(outline) == before


def test_what_is_added_to_shared_files_stands_where_it_belongs(outline: Path) -> None:
    for name in ("chirper", "zz", "a1"):
        assert new_channel(name).exit_code == 0
    before, after = ((folder / REGISTRY).read_text().splitlines() for folder in (ROOT, outline))
    added = [line for line in after if line not in before]
    channels = [line for line in added if line.startswith("from bot.channels.")]
    assert channels == [f"from bot.channels.{name} import {name.title()}" for name in ("a1", "chirper", "zz")]
    assert added == [*channels, *(f"    {kind}.name: {kind}," for kind in ("A1", "Chirper", "Zz"))]
    assert [line for line in after if line not in added] == before
    etiquette = load_brand(outline / BRAND).etiquette
    assert list(etiquette.channels)[-3:] == ["chirper", "zz", "a1"]
    assert etiquette.manners("chirper", "public").answer == etiquette.default["public"].answer


def test_what_stands_behind_the_rules_stays_in_one_piece(outline: Path) -> None:
    text = (outline / BRAND).read_text()
    behind = text[text.index("\n# When it is an alarm") :]
    assert new_channel("chirper").exit_code == 0
    assert (outline / BRAND).read_text().endswith(behind)


def test_it_says_what_to_do_next(outline: Path) -> None:
    output = new_channel("my_net").output
    assert "new      bot/channels/my_net/channel.py" in output
    assert "docs/add-a-channel.md" in output
    assert "secrets: {token: MY_NET_NIMBEA_TOKEN, webhook: MY_NET_NIMBEA_WEBHOOK_SECRET}" in output


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """A repository of its own, with what is needed to check and test channels."""
    unneeded = shutil.ignore_patterns("__pycache__", "nlu", "journeys", "faults", "stories")
    for folder in ("bot", "tests", "data/guard"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unneeded)
    for file in ("brand.yml", "pyproject.toml"):
        shutil.copy2(ROOT / file, tmp_path)
    yield tmp_path
    shutil.rmtree(tmp_path)


def done(folder: Path, *command: str) -> str:
    """What a command says that must succeed."""
    ended = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def folders(name: str) -> list[str]:
    return [f"{each}/{name}" for each in ("bot/channels", "tests/channels", "tests/fakes")]


def test_code_is_tidy_whatever_the_name(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    for name in NAMES:
        assert new_channel(name).exit_code == 0
    written = [each for name in NAMES for each in folders(name)]
    for arguments in (["check"], ["format", "--check"]):
        done(copy, "ruff", *arguments, "--no-cache", *written, str(REGISTRY))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_channel_works_as_it_is_written(copy: Path) -> None:
    name = NAMES[-1]
    if (ROOT / ".mypy_cache").exists():  # else it takes a minute longer
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")
    done(copy, "bot", "new-channel", name)
    # Silent of what others import: that is for the test of everything.
    done(copy, "mypy", "--follow-imports=silent", *folders(name), str(REGISTRY))
    tests = ("tests/contract/test_channels.py", f"tests/channels/{name}")
    said = done(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", name)
    assert re.search(r"\n[4-9]\d passed", said), said
    assert "skipped" not in said
