"""The processes of one installation: their commands, their ports and how they find each other."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from msgspec import structs

from bot.settings import Settings
from bot.supervisor import Port, Program, model

LOOPBACK = "127.0.0.1"


def wanted_ports(settings: Settings) -> list[Port]:
    """The ports that they listen on."""
    return [
        Port(name="the gateway", host=settings.host, number=settings.port, variable="RELAIS_PORT"),
        Port(name="Rasa", host=LOOPBACK, number=settings.rasa_port, variable="RELAIS_RASA_PORT"),
        Port(
            name="the action server",
            host=LOOPBACK,
            number=settings.actions_port,
            variable="RELAIS_ACTIONS_PORT",
        ),
    ]


def rasa_url(settings: Settings) -> str:
    """Where Rasa says hello as soon as its model is loaded."""
    return f"http://{LOOPBACK}:{settings.rasa_port}/"


def actions_url(settings: Settings) -> str:
    """Where the action server says that it is there."""
    return f"http://{LOOPBACK}:{settings.actions_port}/health"


def gateway() -> Program:
    """The process that customers and agents reach."""
    return Program(name="gateway", command=(sys.executable, "-m", "bot", "gateway"))


def rasa(settings: Settings, trained: Path, told: Path) -> Program:
    """Rasa's server, reached by the gateway only. `told` names its stores and the action server."""
    return model.hushed(
        "rasa",
        "rasa",
        *("run", "--quiet", "--model", str(trained), "--endpoints", str(told)),
        *("--interface", LOOPBACK, "--port", str(settings.rasa_port)),
    )


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
        told["tracker_store"]["db"] = str(settings.state / "rasa.db")
    written = settings.state / "endpoints.yml"
    written.write_text(yaml.safe_dump(told), encoding="utf8")
    return written
