"""The processes of one installation: their commands, their ports and how they find each other."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import yaml
from msgspec import structs

from bot.settings import Settings, in_a_row
from bot.supervisor import Port, Program, model

LOOPBACK = "127.0.0.1"
_NICENESS = 10


def wanted_ports(settings: Settings) -> list[Port]:
    """The ports that they listen on."""
    return [
        Port(name="the gateway", host=settings.host, number=settings.port, variable="RELAIS_PORT"),
        *(
            Port(name=name, host=settings.worker_host, number=number, variable="RELAIS_WORKER_PORT")
            for name, number in worker_ports(settings)
        ),
        *(
            Port(name="Rasa", host=LOOPBACK, number=number, variable="RELAIS_RASA_PORT")
            for _, number in rasa_ports(settings)
        ),
        Port(
            name="the action server",
            host=LOOPBACK,
            number=settings.actions_port,
            variable="RELAIS_ACTIONS_PORT",
        ),
    ]


def worker_ports(settings: Settings) -> list[tuple[str, int]]:
    """The workers by name, and where they tell of themselves; none where the gateway works."""
    return _named("worker", in_a_row(settings.worker_port, settings.workers))


def rasa_ports(settings: Settings) -> list[tuple[str, int]]:
    """The Rasa servers by name, and where they listen."""
    return _named("rasa", in_a_row(settings.rasa_port, settings.rasa_servers))


def rasa_url(port: int) -> str:
    """Where Rasa says hello as soon as its model is loaded."""
    return f"http://{LOOPBACK}:{port}/"


def actions_url(settings: Settings) -> str:
    """Where the action server says that it is there."""
    return f"http://{LOOPBACK}:{settings.actions_port}/health"


def gateway(settings: Settings) -> Program:
    """The process that customers and agents reach; it works too where there are no workers."""
    mode = ("--accept-only",) if settings.workers else ()
    return Program(name="gateway", command=(settings.edge_python, "-m", "bot", "gateway", *mode))


def worker(settings: Settings, name: str, port: int) -> Program:
    """A process that does what the gateway accepts."""
    return Program(
        name=name,
        command=(settings.edge_python, "-m", "bot", "worker"),
        environment={"RELAIS_WORKER_PORT": str(port)},
    )


def rasa(settings: Settings, trained: Path, told: Path, number: int = 0) -> Program:
    """The server of Rasa with this number, counted from 0; gateway and workers only reach it.

    `told` names its stores and the action server; all servers of an installation share them.
    """
    name, port = rasa_ports(settings)[number]
    program = model.hushed(
        name,
        "rasa",
        *("run", "--quiet", "--model", str(trained), "--endpoints", str(told)),
        *("--interface", LOOPBACK, "--port", str(port)),
    )
    return structs.replace(
        program,
        # Who accepts and acknowledges goes first where cores are short: an answer can wait.
        command=("nice", "-n", str(_NICENESS), *program.command),
        environment=_threads(settings.rasa_servers),
    )


def _threads(servers: int) -> dict[str, str]:
    """Servers that embed on all cores stand in each other's way and in the gateway's: to each its share."""
    if "OMP_NUM_THREADS" in os.environ:
        return {}
    return {"OMP_NUM_THREADS": str(max(1, ((os.cpu_count() or 1) - 1) // servers))}


def _named(kind: str, ports: list[int]) -> list[tuple[str, int]]:
    """A number to each where there are several."""
    names = [kind] if len(ports) == 1 else [f"{kind}-{n}" for n in range(1, len(ports) + 1)]
    return list(zip(names, ports, strict=True))


def actions(settings: Settings) -> Program:
    """The action server, reached by Rasa only."""
    program = model.hushed(
        "actions",
        "rasa_sdk",
        *("--actions", "actions", "--port", str(settings.actions_port), "--quiet"),
    )
    # rasa-sdk listens on every address unless told otherwise.
    return structs.replace(program, environment={"SANIC_HOST": LOOPBACK})


def endpoints(settings: Settings, root: Path) -> Path:
    """Write endpoints.yml anew for this installation's ports and folder; where it is.

    The file in the repository holds the defaults, so that `rasa shell` works by hand.
    """
    told = yaml.safe_load((root / "endpoints.yml").read_text(encoding="utf8"))
    told["action_endpoint"] = {"url": f"{settings.actions_url}/webhook"}
    if "db" in told.get("tracker_store", {}):
        memory = settings.state / "rasa.db"
        _share(memory)
        told["tracker_store"]["db"] = str(memory)
    written = settings.state / "endpoints.yml"
    written.write_text(yaml.safe_dump(told), encoding="utf8")
    return written


def _share(memory: Path) -> None:
    """Make the file ready for several servers: the first one to come would lock the others out."""
    with closing(sqlite3.connect(memory)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
