"""`python -m bench.harness.inside`: a model in this process, without servers.

Reads conversations as JSON from the standard input, a list of lists of texts; takes them one after
the other, reading and answering, and writes the seconds that each turn took.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any

import click
import msgspec

from bot.supervisor.hushed import QUIET

_WARMING_UP = ("Bonjour", "Hello", "Hola")


@click.command()
@click.option("--model", required=True)
@click.option("--actions", required=True, help="The address of an action server.")
def command(model: str, actions: str) -> None:
    """Take the turns and tell their times."""
    os.environ.update(QUIET)
    warnings.showwarning = lambda *_, **__: None
    said = msgspec.json.decode(sys.stdin.buffer.read(), type=list[list[str]])
    seconds = asyncio.run(_take(model, actions, said))
    sys.stdout.buffer.write(msgspec.json.encode(seconds))


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
