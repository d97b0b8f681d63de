"""The log of the action server, as `up` starts it when the log is JSON."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import aiohttp
import pytest
from msgspec import structs

from bot.commands.processes import actions, actions_url
from bot.settings import read_settings
from bot.supervisor import Child

pytestmark = pytest.mark.rasa

NOWHERE = "http://127.0.0.1:9"
# As Rasa asks for an action to be run.
ASKED = {
    "next_action": "action_flight_status",
    "tracker": {
        "sender_id": "4711",
        "slots": {"flight_number": "NB204"},
        "latest_message": {},
        "events": [],
    },
    "domain": {},
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def until_it_answers(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


@pytest.mark.timeout(120)
async def test_a_failing_action_is_logged_with_its_conversation(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_STATE": str(tmp_path), "RELAIS_ACTIONS_PORT": str(free_port())})
    program = actions(settings)
    told = {**program.environment, "RELAIS_LOG": "json", "RELAIS_FLIGHTS_URL": NOWHERE}
    said: list[str] = []
    child = await Child.start(structs.replace(program, environment=told), said.append)
    try:
        await until_it_answers(actions_url(settings))
        url = f"{settings.actions_url}/webhook"
        async with aiohttp.ClientSession() as session, session.post(url, json=ASKED) as answer:
            assert answer.status == 200
    finally:
        await child.stop(5)
    (line,) = [json.loads(line) for line in said if "flight" in line]
    assert (line["process"], line["conversation"], line["level"]) == ("actions", 4711, "warning")
