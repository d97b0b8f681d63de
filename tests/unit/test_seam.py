"""The seam between the edge and the assistant, shown by dependency groups and import rules."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Imports all of `bot` where the modules named by its arguments do not exist.
IMPORT_ALL = """
import importlib, pkgutil, sys
missing = set(sys.argv[1:])
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import bot
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if not module.name.startswith(("bot.nlu", "bot.__main__", "bot.store.migrations")):
        importlib.import_module(module.name)
"""


def test_bot_needs_nothing_but_the_edge() -> None:
    edge = names((ROOT / "requirements-edge.lock").read_text())
    packages = list(importlib.metadata.distributions())
    beyond = modules(package for package in packages if not names(package.name) <= edge)
    beyond -= modules(package for package in packages if names(package.name) <= edge)
    assert {"rasa", "tensorflow"} <= beyond
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT_ALL, *beyond], cwd=ROOT, text=True, capture_output=True
    )
    assert result.returncode == 0, result.stderr


def test_locks_name_no_server() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"://|^-", lock.read_text(), re.MULTILINE), lock


def test_every_direct_dependency_is_explained() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    direct = names(
        "\n".join(re.findall(r'^    "([\w-]+)[=><]', project.partition("[tool.uv]")[0], re.MULTILINE))
    )
    explained = names(
        "\n".join(re.findall(r"^\| ([\w-]+)", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE))
    )
    assert direct - explained == set()


def names(text: str) -> set[str]:
    """Names of packages at the beginnings of lines, as PyPI compares them."""
    found = re.findall(r"^([A-Za-z0-9][\w.-]*)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def modules(packages: Iterable[importlib.metadata.Distribution]) -> set[str]:
    """The top-level modules that packages bring."""
    files = (file for package in packages for file in package.files or ())
    return {file.parts[0].removesuffix(".py") for file in files if file.suffix in {".py", ".so"}}
