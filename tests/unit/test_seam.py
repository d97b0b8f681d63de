"""The seam between the edge and the assistant, shown by dependency groups and import rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Prints the distribution of every third-party module that is loaded once all of `bot` is.
LOADED = """
import importlib, importlib.metadata, pkgutil, sys
before = set(sys.modules)
import bot
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    if not module.name.startswith(("bot.nlu", "bot.__main__", "bot.store.migrations")):
        importlib.import_module(module.name)
owners = importlib.metadata.packages_distributions()
top = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted({owner for name in top for owner in owners.get(name, ())}), sep="\\n")
"""


def test_bot_needs_nothing_but_the_edge() -> None:
    loaded = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    assert names(loaded.stdout) - names((ROOT / "requirements-edge.lock").read_text()) == set()


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
