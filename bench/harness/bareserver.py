"""The bare handler as a process beside the product."""

from __future__ import annotations

from bench.harness.processes import LOOPBACK, Process, Processes, free_port
from bench.harness.product import clean_environment


async def bare_server(started: Processes, python: str, database_url: str) -> tuple[Process, str]:
    """Start it with a Python on a database of its own; the process and its address."""
    port = free_port()
    command = (python, "-m", "bench.harness.bare", "--port", str(port), "--database", database_url)
    process = await started.start("bare handler", command, clean_environment())
    url = f"http://{LOOPBACK}:{port}"
    await process.answers(f"{url}/health")
    return process, url
