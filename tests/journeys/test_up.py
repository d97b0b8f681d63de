"""`python -m bot up` as a person starts, watches and stops it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

# The first start trains the model where there is none yet.
pytestmark = [pytest.mark.rasa, pytest.mark.timeout(400)]

EDGE = Path(__file__).parents[2] / "var/edge/bin/python"
PORTS = ("RELAIS_PORT", "RELAIS_RASA_PORT", "RELAIS_ACTIONS_PORT")


class Up:
    """A running `up`, with ears for what it prints."""

    def __init__(self, process: asyncio.subprocess.Process, environment: dict[str, str]) -> None:
        assert process.stdout is not None
        self._process, self._output = process, process.stdout
        self.environment = environment
        self.said: list[str] = []

    @classmethod
    async def start(cls, environment: dict[str, str]) -> Up:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "up"),
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return cls(process, environment)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['RELAIS_PORT']}"

    async def says(self, words: str) -> None:
        while True:
            line = (await self._output.readline()).decode()
            assert line, f"it ended without saying {words!r}:\n" + "".join(self.said)
            self.said.append(line)
            if words in line:
                return

    def pid_of(self, name: str) -> int:
        """The pid of the child that has `name` in its command."""
        pid = self._process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if name in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
                return int(child)
        raise AssertionError(f"no child runs {name}")

    async def gets(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        async for line in self._output:
            self.said.append(line.decode())
        return await self._process.wait()


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[Up]:
    environment = {"RELAIS_STATE": str(tmp_path), **{name: str(free_port()) for name in PORTS}}
    up = await Up.start(environment)
    yield up
    await up.gets(signal.SIGTERM)


async def test_a_first_start_answers_heals_and_stops(up: Up) -> None:
    await up.says("First login at the desk: supervisor, password")
    await up.says("The gateway accepts messages")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        message = {"client_message_id": "1", "text": "Bonjour"}
        async with session.post(f"{up.url}/chat/messages", json=message) as response:
            assert response.status == 202

    await up.says("Relais is up")
    await up.says(f"{up.url}/chat")
    await up.says(f"{up.url}/desk")
    assert await doctor(up) == 0

    os.kill(up.pid_of("rasa_sdk"), signal.SIGKILL)
    await up.says("actions ended by itself (killed by SIGKILL). It is started again")

    assert await asyncio.wait_for(up.gets(signal.SIGINT), 10) == 0
    assert up.said[-1] == "Everything has stopped.\n"
    assert all(is_free(int(up.environment[name])) for name in PORTS)


async def test_nothing_survives_a_killed_supervisor_and_it_starts_again(up: Up) -> None:
    await up.says("The gateway accepts messages")
    gateway_ends = end_of(up.pid_of("gateway"))
    assert await up.gets(signal.SIGKILL) == -signal.SIGKILL
    await gateway_ends

    again = await Up.start(up.environment)
    await again.says("The gateway accepts messages")
    assert await again.gets(signal.SIGTERM) == 0
    assert not any("First login" in line for line in again.said)


async def test_workers_and_several_rasa_servers_share_the_work_and_survive_each_other(
    tmp_path: Path,
) -> None:
    ports = {"RELAIS_RASA_PORT": str(two_free_ports()), "RELAIS_WORKER_PORT": str(two_free_ports())}
    others = {name: str(free_port()) for name in PORTS if name not in ports}
    many = {"RELAIS_WORKERS": "2", "RELAIS_RASA_SERVERS": "2"}
    # Of `make edge`, where the machine has a newer Python than Rasa's.
    newer = {"RELAIS_EDGE_PYTHON": str(EDGE)} if EDGE.exists() else {}
    up = await Up.start({"RELAIS_STATE": str(tmp_path), **ports, **others, **many, **newer})
    try:
        await up.says("Relais is up")
        assert await doctor(up) == 0
        assert await answers(up, "What size may my cabin bag be?") == ["customer", "bot"]
        os.kill(up.pid_of("rasa"), signal.SIGKILL)
        os.kill(up.pid_of("worker"), signal.SIGKILL)
        assert await answers(up, "How much is a checked bag?") == ["customer", "bot"]
        await up.says("worker-1 ended by itself (killed by SIGKILL). It is started again")
    finally:
        assert await up.gets(signal.SIGTERM) == 0


async def answers(up: Up, text: str) -> list[str]:
    """The authors of the first two messages of a new conversation."""
    authors: list[str] = []
    async with aiohttp.ClientSession(up.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.post("/chat/messages", json={"client_message_id": "1", "text": text}) as response:
            assert response.status == 202
        async with session.get("/chat/events") as stream:
            async for line in stream.content:
                authors += re.findall(r'"author":"(\w+)","name"', line.decode())
                if len(authors) == 2:
                    break
    return authors


def end_of(pid: int) -> asyncio.Future[None]:
    """Done when the process has ended, whosever child it is (pidfd_open(2))."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    descriptor = os.pidfd_open(pid)

    def note() -> None:
        loop.remove_reader(descriptor)
        os.close(descriptor)
        ended.set_result(None)

    loop.add_reader(descriptor, note)
    return ended


async def doctor(up: Up) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor"),
        env={**os.environ, **up.environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def two_free_ports() -> int:
    """The first of two in a row."""
    while True:
        port = free_port()
        if is_free(port + 1):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0
