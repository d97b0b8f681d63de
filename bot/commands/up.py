"""`python -m bot up`: the whole product on one machine."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from bot.brand.loading import load_brand
from bot.commands.prepare import Login, prepare
from bot.commands.web import gateway_url, until_it_answers
from bot.settings import Settings, read_settings
from bot.supervisor import Port, Program, Supervisor, check_ports, model

_LOOPBACK = "127.0.0.1"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("up")
def command() -> None:
    """Run everything on this machine: gateway, Rasa and action server.

    The first start creates the database and the first login and trains the model. Ctrl-C stops
    everything; a process that dies is started again.
    """
    settings = read_settings(os.environ)
    load_brand(settings.brand_file)
    check_ports(wanted_ports(settings))
    login = prepare(settings)
    if login:
        _say(_login_words(login))
    asyncio.run(_run(settings, login))


def wanted_ports(settings: Settings) -> list[Port]:
    """The ports that `up` listens on."""
    return [
        Port(name="the gateway", host=settings.host, number=settings.port, variable="RELAIS_PORT"),
        Port(name="Rasa", host=_LOOPBACK, number=settings.rasa_port, variable="RELAIS_RASA_PORT"),
        Port(
            name="the action server",
            host=_LOOPBACK,
            number=settings.actions_port,
            variable="RELAIS_ACTIONS_PORT",
        ),
    ]


def gateway() -> Program:
    """The process that customers and agents reach."""
    return Program(name="gateway", command=(sys.executable, "-m", "bot", "gateway"))


def rasa(settings: Settings, trained: Path) -> Program:
    """Rasa's server, reached by the gateway only."""
    return model.rasa(
        "rasa",
        *("run", "--quiet", "--model", str(trained)),
        *("--interface", _LOOPBACK, "--port", str(settings.rasa_port)),
    )


def actions(settings: Settings) -> Program:
    """The action server, reached by Rasa only."""
    arguments = ("--actions", "actions", "--port", str(settings.actions_port), "--quiet")
    return Program(
        name="actions",
        command=(sys.executable, "-m", "rasa_sdk", *arguments),
        # rasa-sdk listens on every address unless told otherwise.
        environment={**model.QUIET, "SANIC_HOST": _LOOPBACK},
    )


async def _run(settings: Settings, login: Login | None) -> None:
    stopped = asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    supervisor = Supervisor(_say)
    start = asyncio.create_task(_start(settings, login, supervisor))
    stop = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
        if start.done():
            start.result()
            await stop
        _say("Stopping ...")
    finally:
        start.cancel()
        with suppress(asyncio.CancelledError):
            await start
        await supervisor.stop()
    _say("Everything has stopped.")


async def _start(settings: Settings, login: Login | None, supervisor: Supervisor) -> None:
    began = time.monotonic()
    address = gateway_url(settings)
    supervisor.keep(gateway())
    await until_it_answers(f"{address}/health")
    _say(f"The gateway accepts messages at {address}")
    trained = await _model(Path.cwd(), supervisor)
    _say("Rasa is loading (10 to 20 seconds) ...")
    supervisor.keep(actions(settings))
    supervisor.keep(rasa(settings, trained))
    await until_it_answers(f"http://{_LOOPBACK}:{settings.rasa_port}/")
    _say(_welcome(settings, login, time.monotonic() - began))


async def _model(root: Path, supervisor: Supervisor) -> Path:
    trained = model.path(root)
    if trained.exists():
        return trained
    _say("Training the assistant: there is no model yet for this data (1 to 3 minutes) ...")
    began = time.monotonic()
    trained = await model.train(root, supervisor, _say)
    _say(f"Trained in {time.monotonic() - began:.0f} s: {trained.relative_to(root)}")
    return trained


def _login_words(login: Login) -> str:
    return f"First login at the desk (shown only now): {login.login}, password {login.password}"


def _welcome(settings: Settings, login: Login | None, seconds: float) -> str:
    lines = [
        f"Relais is up ({seconds:.0f} s).",
        f"  Chat   {settings.public_url}/chat",
        f"  Desk   {settings.public_url}/desk",
        "  Stop   Ctrl-C",
    ]
    if login:
        lines.insert(3, f"  Login  {login.login}, password {login.password} (shown only now)")
    return "\n".join(["", *lines, ""])


def _say(line: str) -> None:
    click.echo(line)
