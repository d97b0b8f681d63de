from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.guard import Guard
from tests.fakes.example import GUARD

EXAMPLE = Path("data/guard")
SMALL = Path(__file__).with_name("small")


@pytest.fixture(scope="session")
def guard() -> Guard:
    return GUARD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small guard of its own, in one language, to be broken."""
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path
