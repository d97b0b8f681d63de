"""Runs the model in a process of its own, without servers, and brings back its times."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.harness.messages import Message
from bench.harness.processes import BenchFailed, processes
from bench.harness.product import action_server, clean_environment


async def turns_inside(model: Path, talks: Sequence[Sequence[Message]], folder: Path) -> list[float]:
    """The seconds of each turn, reading and answering, one after the other."""
    said, out = folder / "said.json", folder / "seconds.json"
    said.write_bytes(msgspec.json.encode([[message.text for message in talk] for talk in talks]))
    async with processes(folder) as started:
        actions = await action_server(started)
        files = ("--model", str(model), "--said", str(said), "--out", str(out))
        command = (sys.executable, "-m", "bench.harness.inside", "--actions", actions, *files)
        inside = await started.start("inside", command, clean_environment())
        if await inside.ended() != 0:
            raise BenchFailed(f"the model cannot be run in a process; {inside.log} says why")
    return msgspec.json.decode(out.read_bytes(), type=list[float])
