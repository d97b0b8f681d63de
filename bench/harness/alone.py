"""Runs the model in a process of its own, without servers, and brings back its times."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.harness.messages import Message
from bench.harness.processes import BenchFailed, processes
from bench.harness.product import action_server, clean_environment
from bench.harness.workshop import Workshop


async def turns_inside(workshop: Workshop, talks: Sequence[Sequence[Message]], folder: Path) -> list[float]:
    """The seconds of each turn, reading and answering, one after the other."""
    said = msgspec.json.encode([[message.text for message in talk] for talk in talks])
    async with processes(folder) as started:
        actions = await action_server(started)
        command = (sys.executable, "-m", "bench.harness.inside", "--model", str(workshop.options.model))
        with (folder / "inside.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(*command, "--actions", actions),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=clean_environment(),
            )
            told, _ = await process.communicate(said)
    if process.returncode != 0:
        raise BenchFailed(f"the model cannot be run in a process; {folder / 'inside.log'} says why")
    return msgspec.json.decode(told, type=list[float])
