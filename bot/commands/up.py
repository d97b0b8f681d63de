"""`python -m bot up`: the whole product on one machine."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from bot.brand import load_brand
from bot.commands.prepare import Login, prepare
from bot.commands.processes import (
    actions,
    endpoints,
    gateway,
    rasa,
    rasa_ports,
    rasa_url,
    wanted_ports,
    worker,
    worker_ports,
)
from bot.commands.web import gateway_url, until_it_answers, worker_url
from bot.settings import Settings, read_settings
from bot.supervisor import Program, Supervisor, Voice, check_ports, model

# A process answers what is under way (bot/serving.py, 4 s at most), then ends its turns (3 s).
_GRACE = 8.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("up")
def command() -> None:
    """Run everything on this machine.

    That is the gateway, Rasa and the action server, and workers and more Rasa servers where
    RELAIS_WORKERS and RELAIS_RASA_SERVERS ask for them. The first start creates the database and the
    first login and trains the model. Ctrl-C stops everything; a process that dies is started again.
    """
    settings = read_settings(os.environ)
    load_brand(settings.brand_file)
    check_ports(wanted_ports(settings))
    voice = Voice(settings.log_style, click.echo)
    login = prepare(settings)
    if login:
        voice.say(f"First login at the desk: {login}")
    asyncio.run(_run(settings, login, voice))


async def _run(settings: Settings, login: Login | None, voice: Voice) -> None:
    stopped = asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    supervisor = Supervisor(voice.say, relay=voice.relay, grace=_GRACE)
    start = asyncio.create_task(_start(settings, login, supervisor, voice))
    stop = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
        if start.done():
            start.result()
            await stop
        voice.say("Stopping ...")
    finally:
        start.cancel()
        with suppress(asyncio.CancelledError):
            await start
        await supervisor.stop()
    voice.say("Everything has stopped.")


async def _start(settings: Settings, login: Login | None, supervisor: Supervisor, voice: Voice) -> None:
    began = time.monotonic()
    address = gateway_url(settings)
    await _bring_up({f"{address}/health": gateway(settings)}, supervisor)
    voice.say(f"The gateway accepts messages at {address}")
    workers = {
        f"{worker_url(settings, port)}/health": worker(settings, name, port)
        for name, port in worker_ports(settings)
    }
    await _bring_up(workers, supervisor)
    trained = await _model(Path.cwd(), supervisor, voice)
    voice.say("Rasa is loading (10 to 20 seconds) ...")
    supervisor.keep(actions(settings))
    told = endpoints(settings, Path.cwd())
    readers = {
        rasa_url(port): rasa(settings, trained, told, number)
        for number, (_, port) in enumerate(rasa_ports(settings))
    }
    await _bring_up(readers, supervisor)
    voice.say(_welcome(settings, login, time.monotonic() - began))


async def _bring_up(programs: Mapping[str, Program], supervisor: Supervisor) -> None:
    """Start programs together, and wait until each answers at its address."""
    for program in programs.values():
        supervisor.keep(program)
    for url, program in programs.items():
        await until_it_answers(url, program, supervisor)


async def _model(root: Path, supervisor: Supervisor, voice: Voice) -> Path:
    trained = model.path(root)
    if trained.exists():
        return trained
    voice.say("Training the assistant: there is no model yet for this data (1 to 3 minutes) ...")
    began = time.monotonic()
    trained = await model.train(root, supervisor, voice.say)
    voice.say(f"Trained in {time.monotonic() - began:.0f} s: {trained.relative_to(root)}")
    return trained


def _welcome(settings: Settings, login: Login | None, seconds: float) -> str:
    lines = [
        f"Relais is up ({seconds:.0f} s).",
        f"  Chat   {settings.public_url}/chat",
        f"  Desk   {settings.public_url}/desk",
        "  Stop   Ctrl-C",
    ]
    if login:
        lines.insert(3, f"  Login  {login}")
    return "\n".join(["", *lines, ""])
