"""The machine and the state of the repository that a run was made with."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from bench.harness.figures import Machine
from bench.harness.usage import memory_of_machine


def this_machine(edge_python: str) -> Machine:
    """What this is, and which Python gateway and workers have."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(memory_of_machine(), 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
        edge_python=_version(edge_python),
        load=round(os.getloadavg()[0], 2),
    )


def commit(root: Path) -> str:
    """The commit that was measured, with a + where files have changed since; empty outside of git."""
    told = subprocess.run(
        ("git", "describe", "--always", "--dirty=+", "--exclude=*"),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()


def _version(python: str) -> str:
    look = "import platform; print(platform.python_version())"
    told = subprocess.run((python, "-c", look), capture_output=True, text=True, check=True)
    return told.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
