"""`python -m bench.harness.inside`: a model in this process, without servers around it.

Reads conversations from a file of JSON, a list of lists of texts, and takes so many turns of them as
it is asked for, one after the other, reading and answering; it tells the seconds that each took.
What asks for them is HTTP; the turns themselves know nothing of it.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
import msgspec
from aiohttp import web

from bench.harness.processes import LOOPBACK
from bot.supervisor.hushed import QUIET

_WARMING_UP = ("Bonjour", "Hello", "Hola")

# Who speaks, and what is said.
Line = tuple[str, str]


@click.command()
@click.option("--model", required=True)
@click.option("--actions", required=True, help="The address of an action server.")
@click.option("--said", type=click.Path(path_type=Path), required=True, help="Where they are.")
@click.option("--port", type=int, required=True)
def command(model: str, actions: str, said: Path, port: int) -> None:
    """Take turns until told to stop."""
    os.environ.update(QUIET)
    warnings.showwarning = lambda *_, **__: None
    talks = msgspec.json.decode(said.read_bytes(), type=list[list[str]])
    app = _application(model, actions, _lines(talks))
    web.run_app(app, host=LOOPBACK, port=port, access_log=None, print=None)


async def _application(model: str, actions: str, lines: Iterator[Line]) -> web.Application:
    agent = _agent(model, actions)
    await _converse(agent, [("warming up", text) for text in _WARMING_UP])

    async def take(request: web.Request) -> web.Response:
        seconds = await _converse(agent, list(islice(lines, await request.json())))
        return web.json_response(seconds)

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.add_routes([web.get("/health", health), web.post("/take", take)])
    return app


def _agent(model: str, actions: str) -> Any:
    from rasa.core.agent import Agent  # here: Rasa takes seconds to import
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # otherwise every message is printed, which costs time
    return Agent.load(model, action_endpoint=EndpointConfig(f"{actions}/webhook"))


def _lines(talks: Sequence[Sequence[str]]) -> Iterator[Line]:
    return ((str(number), text) for number, talk in enumerate(talks) for text in talk)


async def _converse(agent: Any, lines: Sequence[Line]) -> list[float]:
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    seconds = []
    for sender, text in lines:
        began = time.perf_counter()
        await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender))
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    command()
