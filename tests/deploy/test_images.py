"""The images' recipes: what they are made of is there, and what they leave behind."""

from __future__ import annotations

import asyncio
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.supervisor.model import INPUTS
from deploy.healthy import answers
from tests.deploy.running import ROOT
from tests.servers import free_port

RECIPES = sorted((ROOT / "deploy").glob("*.Dockerfile"))
ALLOWED = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.stem)


def instructions(recipe: Path) -> list[tuple[str, str]]:
    """Each instruction with the rest of its line; continued lines are one."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", recipe.read_text(), flags=re.MULTILINE))
    return [(words[0], words[2]) for line in text.splitlines() if (words := line.partition(" "))[0]]


def last_stage(recipe: Path) -> list[tuple[str, str]]:
    found = instructions(recipe)
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def copied(recipe: Path) -> list[str]:
    """What is taken from the repository."""
    copies = [rest.split() for name, rest in instructions(recipe) if name == "COPY"]
    return [source for words in copies if not words[0].startswith("--from") for source in words[:-1]]


@each_recipe
def test_what_is_copied_is_there_and_reaches_the_builder(recipe: Path) -> None:
    for source in copied(recipe):
        assert (ROOT / source).exists(), source
        assert any(source == allowed or source.startswith(f"{allowed}/") for allowed in ALLOWED), source


def test_what_reaches_the_builder_is_used() -> None:
    used = [source for recipe in RECIPES for source in copied(recipe)]
    assert all(any(fnmatch(source, f"{allowed}*") for source in used) for allowed in ALLOWED)


@each_recipe
def test_it_ends_as_a_user_without_rights_and_without_tools(recipe: Path) -> None:
    stage = last_stage(recipe)
    assert [rest for name, rest in stage if name == "USER"] == ["10001:10001"]
    assert "RUN" not in [name for name, _ in stage[stage.index(("USER", "10001:10001")) :]]
    assert not any(re.search(r"\b(apt-get|apk|gcc|pip install)\b", rest) for _, rest in stage)


@each_recipe
def test_its_base_is_named_plainly(recipe: Path) -> None:
    for name, rest in instructions(recipe):
        if name == "FROM":
            assert re.match(r"[a-z]+:[\d.]+(-slim)?( AS \w+)?$|[a-z]+ AS \w+$", rest), rest
        assert "://" not in rest


def test_the_edge_is_of_a_current_python_and_has_no_rasa() -> None:
    recipe = ROOT / "deploy/edge.Dockerfile"
    bases = re.findall(r"^FROM python:3\.(\d+)", recipe.read_text(), re.MULTILINE)
    assert all(int(minor) >= 13 for minor in bases)
    assert "rm -r bot/nlu" in recipe.read_text()
    assert "requirements-edge.lock" in copied(recipe)


def test_the_model_is_trained_on_all_that_it_is_made_of() -> None:
    sources = copied(ROOT / "deploy/assistant.Dockerfile")
    for made_of in INPUTS:
        assert any(made_of == source or made_of.startswith(f"{source}/") for source in sources), made_of


def test_the_assistant_has_the_versions_that_were_tested_and_no_tools_of_development() -> None:
    tested, shipped = versions("requirements.lock"), versions("requirements-assistant.lock")
    assert shipped.items() <= tested.items()
    assert not shipped.keys() & {"pytest", "mypy", "playwright"}


def test_a_language_is_told_by_the_same_library_everywhere() -> None:
    locks = ("requirements.lock", "requirements-assistant.lock", "requirements-edge.lock")
    assert len({versions(lock)["py3langid"] for lock in locks}) == 1


def versions(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.+-]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
async def test_a_container_is_healthy_while_its_server_says_so(status: int, healthy: bool) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.add_routes([web.get("/ready", answer)])
    async with TestServer(app) as server:
        assert server.port
        assert await asyncio.to_thread(answers, server.port, "/ready") is healthy


def test_nobody_there_is_not_healthy() -> None:
    with pytest.raises(OSError, match="refused"):
        answers(free_port(), "/ready")
