"""A pipeline of Rasa, trained and asked in this process: no policies, no servers."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.supervisor.hushed import QUIET

# Nothing is taken from a former training, and nothing is kept for a later one.
_NO_CACHE = {"RASA_MAX_CACHE_SIZE": "0"}
_BATCH = 64

Config = dict[str, Any]
Examples = Sequence[tuple[str, str]]


def config_of(file: Path) -> Config:
    """The part of a config.yml that understanding is made of."""
    config = yaml.safe_load(file.read_text(encoding="utf8"))
    return {name: config[name] for name in ("recipe", "assistant_id", "language", "pipeline")}


class Pipeline:
    """A trained pipeline; `seconds` is what the training took."""

    def __init__(self, agent: Any, seconds: float) -> None:
        self._agent = agent
        self.seconds = seconds

    def read(self, text: str) -> dict[str, Any]:
        """What Rasa makes of one message, in the way in which it serves messages."""
        parsed: dict[str, Any] = asyncio.run(self._agent.parse_message(_plain(text)))
        return parsed

    def read_all(self, texts: Sequence[str]) -> Iterable[dict[str, Any]]:
        """What it makes of many messages, faster than one by one."""
        from rasa.core.channels.channel import UserMessage  # here: Rasa takes seconds to import
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER

        processor = self._agent.processor
        target = processor.model_metadata.nlu_target
        for start in range(0, len(texts), _BATCH):
            messages = [UserMessage(_plain(text)) for text in texts[start : start + _BATCH]]
            inputs = {PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: None}
            for message in processor.graph_runner.run(inputs=inputs, targets=[target])[target]:
                yield message.as_dict(only_output_properties=True)


def train(config: Config, examples: Examples) -> Pipeline:
    """Train on pairs of text and intent."""
    os.environ.update({**QUIET, **_NO_CACHE})
    # Rasa and its libraries warn of themselves; one of them undoes a filter.
    warnings.showwarning = lambda *_, **__: None
    with TemporaryDirectory(prefix="relais-") as folder, contextlib.redirect_stdout(io.StringIO()):
        import rasa.engine.recipes.default_components  # noqa: F401 - else its 10 s count as training
        from rasa.core.agent import Agent
        from rasa.model_training import train_nlu
        from rasa.utils.log_utils import configure_structlog

        configure_structlog(logging.ERROR)  # otherwise every message is printed, which costs time
        file, data = Path(folder, "config.yml"), Path(folder, "examples.json")
        file.write_text(yaml.safe_dump(config), encoding="utf8")
        data.write_text(json.dumps(_as_rasa_reads(examples)), encoding="utf8")
        began = time.perf_counter()
        model = train_nlu(str(file), str(data), folder)
        seconds = time.perf_counter() - began
        return Pipeline(Agent.load(model), seconds)


def _as_rasa_reads(examples: Examples) -> dict[str, Any]:
    """Rasa's older JSON: in its YAML, brackets in a text would be read as entities."""
    pairs = [{"text": text, "intent": intent} for text, intent in examples]
    return {"rasa_nlu_data": {"common_examples": pairs}}


def _plain(text: str) -> str:
    """A text that begins with a slash would be taken for the name of an intent."""
    return text.lstrip("/") or "-"
