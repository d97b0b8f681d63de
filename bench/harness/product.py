"""The whole product as `python -m bot up` starts it, on ports and in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, structs

from bench.harness.platform import Platform
from bench.harness.processes import LOOPBACK, Process, Processes, free_port, processes
from bench.harness.workshop import Workshop
from bot.commands import processes as programs
from bot.settings import Settings, read_settings
from bot.supervisor import Program

# Of the operator's own installation: a benchmark must not touch it.
_OURS = ("RELAIS_", "DATABASE_URL", "REDIS_URL", "TELEGRAM_")


class Setup(Struct, frozen=True, kw_only=True):
    """What to start.

    `assistants` are the addresses of assistants that run already; where there are none, the
    product's own Rasa servers are started. With `workers` the gateway only accepts; it also does
    with `accepts_only`, and then nobody works.
    """

    workers: int = 0
    accepts_only: bool = False
    rasa_servers: int = 1
    assistants: Sequence[str] = ()
    database_url: str = ""
    redis_url: str = ""


class Product(Struct, frozen=True, kw_only=True):
    """The running product; `rasa` are the addresses of its assistants, in their order."""

    url: str
    database_url: str
    gateway: Process
    workers: tuple[Process, ...]
    rasa: tuple[str, ...]
    processes: Processes


@asynccontextmanager
async def product(
    workshop: Workshop, setup: Setup, platform: Platform, folder: Path
) -> AsyncIterator[Product]:
    """The product, ready to answer, connected to a platform. `folder` keeps its state."""
    async with processes(folder) as started:
        environment = _environment(workshop, setup, platform, folder)
        settings = read_settings(environment)
        start = _Start(started, environment)
        if not setup.assistants and not setup.accepts_only:
            await _rasa(start, settings, workshop)
        gateway = await start(programs.gateway(settings), f"http://{LOOPBACK}:{settings.port}/health")
        ports = () if setup.accepts_only else programs.worker_ports(settings)
        workers = [
            await start(programs.worker(settings, name, port), f"http://{LOOPBACK}:{port}/health")
            for name, port in ports
        ]
        yield Product(
            url=f"http://{LOOPBACK}:{settings.port}",
            database_url=settings.database_url,
            gateway=gateway,
            workers=tuple(workers),
            rasa=settings.rasa_urls,
            processes=started,
        )


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of the product."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {"PYTHONUNBUFFERED": "1"}


async def action_server(started: Processes) -> str:
    """Start the action server; its address."""
    settings = structs.replace(read_settings(clean_environment()), actions_port=free_port())
    await _Start(started, clean_environment())(programs.actions(settings), programs.actions_url(settings))
    return f"http://{LOOPBACK}:{settings.actions_port}"


def write_yaml(file: Path, content: Any) -> Path:
    """Write a file of settings; where it is."""
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf8")
    return file


class _Start:
    """Starts programs and waits for them."""

    def __init__(self, started: Processes, environment: Mapping[str, str]) -> None:
        self._started = started
        self._environment = environment

    async def __call__(self, program: Program, url: str) -> Process:
        environment = {**self._environment, **program.environment}
        process = await self._started.start(program.name, program.command, environment)
        await process.answers(url)
        return process


async def _rasa(start: _Start, settings: Settings, workshop: Workshop) -> None:
    """As many servers as are wanted, one after the other, and the action server."""
    await start(programs.actions(settings), programs.actions_url(settings))
    told = programs.endpoints(settings, workshop.root)
    for number, (_, port) in enumerate(programs.rasa_ports(settings)):
        program = programs.rasa(settings, workshop.options.model, told, number)
        await start(program, programs.rasa_url(port))


def _environment(workshop: Workshop, setup: Setup, platform: Platform, folder: Path) -> dict[str, str]:
    environment = {
        "RELAIS_STATE": str(folder),
        "RELAIS_BRAND": str(_brand(workshop, platform, folder)),
        "RELAIS_PORT": str(free_port()),
        "RELAIS_EDGE_PYTHON": workshop.options.edge_python,
        # One that is said to be there and is not leaves the gateway to accept only.
        "RELAIS_WORKERS": str(setup.workers or int(setup.accepts_only)),
        "RELAIS_WORKER_PORT": str(free_port(in_a_row=setup.workers)),
        "RELAIS_RASA_SERVERS": str(setup.rasa_servers),
        "RELAIS_RASA_PORT": str(free_port(in_a_row=setup.rasa_servers)),
        "RELAIS_ACTIONS_PORT": str(free_port()),
        "DATABASE_URL": setup.database_url or f"sqlite:///{folder / 'relais.db'}",
        "REDIS_URL": setup.redis_url,
    }
    assistants = {"RELAIS_RASA_URL": ",".join(setup.assistants)} if setup.assistants else {}
    return clean_environment() | environment | assistants | platform.secrets()


def _brand(workshop: Workshop, platform: Platform, folder: Path) -> Path:
    """The brand with the accounts of the platform in place of its own bots."""
    chat = [account for account in workshop.brand["accounts"] if account["channel"] == "webchat"]
    brand = workshop.brand | {"accounts": [*chat, *platform.brand_accounts()]}
    return write_yaml(folder / "brand.yml", brand)
