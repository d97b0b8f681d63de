from __future__ import annotations

from pathlib import Path

import pytest

from bot.guard import Guard
from tests.fakes.example import GUARD

EXAMPLE = Path("data/guard")


@pytest.fixture(scope="session")
def guard() -> Guard:
    return GUARD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small guard of its own, in one language, to be broken."""
    (tmp_path / "kinds.yml").write_text(
        """\
weak:
  registers: [complaint, crisis]
  share: 0.5
news:
  except: [grief]
kinds:
  danger:
    severity: crisis
    names: {en: Danger}
  grief:
    severity: sensitive
    names: {en: Grief}
""",
        encoding="utf8",
    )
    (tmp_path / "en.yml").write_text(
        """\
lists:
  place: [plane, landing gear]
short_forms:
  pls: please
often_misspelt: [funeral]
not_typos: [funeal]
personal: [we, our]
look_alikes:
- dying to know
matters:
  danger:
    strong:
    - smoke ~ <place>
    weak:
    - smoke
    look_alikes:
    - smoke free
    doubts:
    - may one
    tests:
      strong:
      - smoke in the plane
      weak:
      - there was smoke
      silent:
      - a smoke free plane
  grief:
    strong:
    - funeral
    - dying
    tests:
      strong:
      - the funerl is tomorrow
      silent:
      - dying to know
""",
        encoding="utf8",
    )
    (tmp_path / "emergency.yml").write_text(
        """\
default: eu
countries:
  eu:
    emergency: "112"
    source: [somebody]
    checked: 2026-11-21
  fr:
    emergency: "15"
    listening: {en: "3114", fr: "le 3114"}
    source: [somebody]
    checked: 2026-11-21
texts:
  grief:
    with_listening: {en: "Call {listening} or {emergency}."}
    without: {en: "Call {emergency}.", fr: "Appelez le {emergency}."}
  danger:
    without: {en: "Run, or call {emergency}."}
""",
        encoding="utf8",
    )
    return tmp_path
