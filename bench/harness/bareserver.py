"""The bare handler as a process beside the product."""

from __future__ import annotations

import sys

from bench.harness.processes import LOOPBACK, Process, Processes, free_port
from bench.harness.product import clean_environment


async def bare_server(started: Processes, database_url: str) -> tuple[Process, str]:
    """Start it on a database of its own; the process and its address."""
    port = free_port()
    command = (sys.executable, "-m", "bench.harness.bare", "--port", str(port), "--database", database_url)
    process = await started.start("bare handler", command, clean_environment())
    url = f"http://{LOOPBACK}:{port}"
    await process.answers(f"{url}/health")
    return process, url
