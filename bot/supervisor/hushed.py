"""Runs a module of Rasa without telemetry and without the chatter of its libraries.

`python -m bot.supervisor.hushed rasa run ...` is `python -m rasa run ...`, hushed.
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",  # TensorFlow tells about the processor otherwise
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",  # Rasa's tracker store, on SQLAlchemy 1.4 by intent
}


def main() -> None:
    """Run the module that the first argument names."""
    os.environ.update(QUIET)
    # Of what they warn only they could change; and one of them switches on again what
    # PYTHONWARNINGS switches off.
    warnings.showwarning = lambda *_, **__: None
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
