"""Runs the model in a process of its own, which takes turns without servers around it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from bench.harness.messages import Message
from bench.harness.processes import LOOPBACK, Process, free_port, processes
from bench.harness.product import action_server, clean_environment
from bench.harness.streams import client


class Inside:
    """The process, and the conversations that it goes on with."""

    def __init__(self, session: aiohttp.ClientSession, url: str, process: Process) -> None:
        self._session = session
        self._url = url
        self.process = process

    async def take(self, turns: int) -> list[float]:
        """Take so many turns, one after the other; the seconds of each, reading and answering."""
        async with self._session.post(f"{self._url}/take", json=turns) as answer:
            answer.raise_for_status()
            return msgspec.json.decode(await answer.read(), type=list[float])


@asynccontextmanager
async def inside(model: Path, talks: Sequence[Sequence[Message]], folder: Path) -> AsyncIterator[Inside]:
    """The model in a process, warmed up."""
    said = folder / "said.json"
    said.write_bytes(msgspec.json.encode([[message.text for message in talk] for talk in talks]))
    async with processes(folder) as started, client() as session:
        actions = await action_server(started)
        port = free_port()
        files = ("--model", str(model), "--said", str(said), "--port", str(port))
        command = (sys.executable, "-m", "bench.harness.inside", "--actions", actions, *files)
        process = await started.start("inside", command, clean_environment())
        url = f"http://{LOOPBACK}:{port}"
        await process.answers(f"{url}/health")
        yield Inside(session, url, process)
