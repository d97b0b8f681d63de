"""Rasa as it comes: a project as `rasa init` configures it, and any model behind its REST channel."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from msgspec import Struct

from bench.harness.processes import LOOPBACK, BenchFailed, Processes, free_port, processes
from bench.harness.product import action_server, clean_environment, write_yaml
from bench.harness.workshop import FOLDER, Workshop
from bot.trainers.material import Example, read_examples

# How well it is trained changes what it says, not what a turn costs: a few epochs and some of the
# examples do. `rasa init` trains for 100 epochs.
EPOCHS = 3
EXAMPLES = 12
# `rasa init` has rules for these two and stories for the rest.
_RULED = ("goodbye", "ask_bot")
_VERSION = "3.1"
_RASA = (sys.executable, "-m", "bot.supervisor.hushed", "rasa")


class Rest:
    """Talks to a Rasa server over its REST channel."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/webhooks/rest/webhook"

    async def say(self, sender: str, text: str) -> int:
        """Send a message and wait for the answers; the status."""
        async with self._session.post(self._url, json={"sender": sender, "message": text}) as response:
            await response.read()
            return response.status


class Stock(Struct, frozen=True, kw_only=True):
    """A running server of Rasa."""

    url: str
    processes: Processes


@asynccontextmanager
async def served(model: Path, folder: Path) -> AsyncIterator[Stock]:
    """A model behind Rasa's own REST channel, with its memory in the process, as it comes."""
    async with processes(folder) as started:
        actions = await action_server(started)
        endpoints = write_yaml(
            folder / "stock-endpoints.yml", {"action_endpoint": {"url": f"{actions}/webhook"}}
        )
        credentials = write_yaml(folder / "stock-credentials.yml", {"rest": None})
        port = free_port()
        options = ("--endpoints", str(endpoints), "--credentials", str(credentials), "--interface", LOOPBACK)
        command = (*_RASA, "run", "--quiet", "--model", str(model), *options, "--port", str(port))
        process = await started.start("stock rasa", command, clean_environment())
        url = f"http://{LOOPBACK}:{port}"
        await process.answers(f"{url}/")
        yield Stock(url=url, processes=started)


async def stock_model(workshop: Workshop) -> Path:
    """The model of the stock project; trained unless it is there already."""
    files = project(read_examples(workshop.root), _answers(workshop.root))
    digest = hashlib.sha256("".join(f"{name}\n{text}" for name, text in files.items()).encode())
    folder = workshop.root / FOLDER / f"stock-{digest.hexdigest()[:16]}"
    model = folder / "models" / "stock.tar.gz"
    if not model.exists():
        workshop.say(f"training the stock project, {EPOCHS} epochs (some minutes) ...")
        _write(folder, files)
        await _train(folder)
    return model


def project(examples: Sequence[Example], answers: dict[str, Any]) -> dict[str, str]:
    """The files of a stock project that knows our topics. Pure, but for Rasa's own defaults."""
    chosen = _some(examples)
    intents = sorted(chosen)
    return {
        "config.yml": _yaml(config()),
        "domain.yml": _yaml(_domain(intents, answers)),
        "data/nlu.yml": _yaml({"version": _VERSION, "nlu": [_taught(it, chosen[it]) for it in intents]}),
        "data/rules.yml": _yaml({"version": _VERSION, "rules": [_rule(it) for it in _RULED if it in chosen]}),
        "data/stories.yml": _yaml({"version": _VERSION, "stories": list(_stories(intents))}),
    }


def config() -> dict[str, Any]:
    """Rasa's defaults, which `rasa init` leaves in force; only the epochs are ours."""
    spec = find_spec("rasa")
    if spec is None or not spec.submodule_search_locations:
        raise BenchFailed("Rasa is not installed")
    file = Path(spec.submodule_search_locations[0], "engine/recipes/config_files/default_config.yml")
    told: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf8"))
    told["assistant_id"] = "stock"
    for component in (*told["pipeline"], *told["policies"]):
        if "epochs" in component:
            component["epochs"] = EPOCHS
    return told


def _some(examples: Sequence[Example]) -> dict[str, list[str]]:
    """A few examples of each intent in each language."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for example in sorted(examples, key=lambda it: hashlib.sha256(it.text.encode()).digest()):
        groups[example.intent, example.language].append(example.text)
    chosen: dict[str, list[str]] = defaultdict(list)
    for (intent, _), texts in sorted(groups.items()):
        chosen[intent] += texts[:EXAMPLES]
    return chosen


def _domain(intents: Sequence[str], answers: dict[str, Any]) -> dict[str, Any]:
    said = {f"utter_{it}": answers.get(f"utter_{it}", [{"text": "Thank you."}]) for it in intents}
    session = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    return {"version": _VERSION, "intents": list(intents), "responses": said, "session_config": session}


def _taught(intent: str, texts: Sequence[str]) -> dict[str, str]:
    return {"intent": intent, "examples": "".join(f"- {_plain(text)}\n" for text in texts)}


def _plain(text: str) -> str:
    """Without what Rasa's YAML would read as an entity."""
    return re.sub(r"[\[\]{}]", " ", text).strip()


def _rule(intent: str) -> dict[str, Any]:
    return {"rule": intent, "steps": _steps(intent)}


def _stories(intents: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each intent alone, and after a greeting with thanks at the end."""
    for intent in intents:
        if intent not in _RULED:
            yield {"story": intent, "steps": _steps(intent)}
            yield {"story": f"{intent} in between", "steps": _steps("greet", intent, "thanks")}


def _steps(*intents: str) -> list[dict[str, str]]:
    return [step for it in intents for step in ({"intent": it}, {"action": f"utter_{it}"})]


def _answers(root: Path) -> dict[str, Any]:
    """What our bot says, without conditions: Rasa then says any of them."""
    said: dict[str, Any] = {}
    for file in sorted((root / "data/answers").glob("*.yml")):
        for name, variations in yaml.safe_load(file.read_text(encoding="utf8"))["responses"].items():
            said[name] = [{"text": variation["text"]} for variation in variations]
    return said


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf8")


async def _train(folder: Path) -> None:
    """Train it in its own folder, as somebody would who has just made the project."""
    async with processes(folder) as started:
        arguments = ("train", "--data", str(folder / "data"), "--domain", str(folder / "domain.yml"))
        where = ("--config", str(folder / "config.yml"), "--out", str(folder / "models"))
        command = (*_RASA, *arguments, *where, "--fixed-model-name", "stock")
        training = await started.start("training", command, clean_environment())
        if await training.ended() != 0:
            raise BenchFailed(f"the stock project cannot be trained; {training.log} says why")


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
