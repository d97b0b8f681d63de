"""`python -m bench.harness.inside`: a model in this process, without servers.

Reads conversations from a file of JSON, a list of lists of texts; takes them one after the other,
reading and answering, and writes the seconds that each turn took to another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from bot.supervisor.hushed import QUIET

_WARMING_UP = ("Bonjour", "Hello", "Hola")


@click.command()
@click.option("--model", required=True)
@click.option("--actions", required=True, help="The address of an action server.")
@click.option("--said", type=click.Path(path_type=Path), required=True, help="Where they are.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the times go.")
def command(model: str, actions: str, said: Path, out: Path) -> None:
    """Take the turns and tell their times."""
    os.environ.update(QUIET)
    warnings.showwarning = lambda *_, **__: None
    talks = msgspec.json.decode(said.read_bytes(), type=list[list[str]])
    out.write_bytes(msgspec.json.encode(asyncio.run(_take(model, actions, talks))))


async def _take(model: str, actions: str, said: Sequence[Sequence[str]]) -> list[float]:
    from rasa.core.agent import Agent  # here: Rasa takes seconds to import
    from rasa.utils.endpoints import EndpointConfig
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # otherwise every message is printed, which costs time
    agent = Agent.load(model, action_endpoint=EndpointConfig(f"{actions}/webhook"))
    await _converse(agent, "warming up", _WARMING_UP)
    seconds: list[float] = []
    for number, texts in enumerate(said):
        seconds += await _converse(agent, str(number), texts)
    return seconds


async def _converse(agent: Any, sender: str, texts: Sequence[str]) -> list[float]:
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    seconds = []
    for text in texts:
        began = time.perf_counter()
        await agent.handle_message(UserMessage(text, CollectingOutputChannel(), sender))
        seconds.append(time.perf_counter() - began)
    return seconds


if __name__ == "__main__":
    command()
