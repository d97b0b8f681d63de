"""Runs a module of Rasa without telemetry and without the chatter of its libraries.

`python -m bot.supervisor.hushed rasa run ...` is `python -m rasa run ...`, hushed. With
RELAIS_LOG=json it writes its log as our own processes do.
"""

from __future__ import annotations

import logging
import os
import runpy
import sys
import warnings
from importlib import import_module
from typing import Any

from bot.logs import keep_log

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",  # TensorFlow tells about the processor otherwise
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # Rasa's tracker store, on SQLAlchemy 1.4 by intent
}
PROCESSES = {"rasa": "rasa", "rasa_sdk": "actions"}


def main() -> None:
    """Run the module that the first argument names."""
    os.environ.update(QUIET)
    # Of what they warn only they could change; and one of them switches on again what
    # PYTHONWARNINGS switches off.
    warnings.showwarning = lambda *_, **__: None
    module = sys.argv.pop(1)
    if os.environ.get("RELAIS_LOG") == "json":
        _keep_log(PROCESSES[module])
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _keep_log(process: str) -> None:
    keep_log(process, "json")
    # Both modules put colours into their log, which takes our lines' place: only the level is wanted.
    coloredlogs: Any = import_module("coloredlogs")
    coloredlogs.install = _set_level


def _set_level(level: str | int | None = None, **_: object) -> None:
    logging.getLogger().setLevel(level or logging.INFO)


if __name__ == "__main__":
    main()
