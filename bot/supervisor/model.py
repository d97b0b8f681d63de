"""The assistant's model: trained when its inputs have changed, kept by their hash."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from bot.errors import RelaisError
from bot.supervisor.child import Program, Say
from bot.supervisor.keep import Supervisor

# All that a model is made of. The lock stands for the versions of Rasa and its libraries.
INPUTS = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/vectors.npz",
    "bot/nlu",
    "bot/language.py",
    "bot/languages",
    "requirements-assistant.lock",
)
_STEP = re.compile(r"(?:Starting to train|Restored) component '(\w+)'")
_LAST_WORDS = 30


class TrainingFailed(RelaisError):
    """Rasa could not train; the message ends with its last words."""


def hushed(name: str, module: str, *arguments: str) -> Program:
    """A module of Rasa as a program, without telemetry and the chatter of its libraries."""
    return Program(name=name, command=(sys.executable, "-m", "bot.supervisor.hushed", module, *arguments))


def path(root: Path) -> Path:
    """Where the model for today's inputs is, or will be once it is trained."""
    return root / "models" / f"{fingerprint(root)}.tar.gz"


def fingerprint(root: Path) -> str:
    """A hash over names and contents of all inputs."""
    digest = hashlib.sha256()
    for file in _files(root):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()[:16]


async def train(root: Path, supervisor: Supervisor, say: Say, *, patience: float = 15.0) -> Path:
    """Train a model and return its path; raises `TrainingFailed`.

    Every step is told, and every `patience` seconds that it goes on. The model is written under
    another name first, so that a training cut short leaves no model behind.
    """
    target = path(root)
    unfinished = target.with_name(f"unfinished-{os.getpid()}-{target.name}")
    going_on = asyncio.create_task(_tell_time(say, patience))
    try:
        await _run_rasa(unfinished, supervisor, say)
        return unfinished.replace(target)
    finally:
        going_on.cancel()
        unfinished.unlink(missing_ok=True)


async def _run_rasa(out: Path, supervisor: Supervisor, say: Say) -> None:
    name = out.name.removesuffix(".tar.gz")
    program = hushed("training", "rasa", "train", "--out", str(out.parent), "--fixed-model-name", name)
    last_words: deque[str] = deque(maxlen=_LAST_WORDS)

    def listen(line: str) -> None:
        last_words.append(line)
        if step := _STEP.search(line):
            say(f"training | {step[1]}")

    if await supervisor.run(program, listen) != 0 or not out.exists():
        raise TrainingFailed("\n".join(["Rasa could not train the model. Its last words:", *last_words]))


async def _tell_time(say: Say, patience: float) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(patience)
        say(f"training | {time.monotonic() - began:.0f} s so far")


def _files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        found = top.rglob("*") if top.is_dir() else [top]
        yield from sorted(file for file in found if file.is_file() and _counts(file, root))


def _counts(file: Path, root: Path) -> bool:
    parts = file.relative_to(root).parts
    return not any(part.startswith((".", "__pycache__")) for part in parts)
