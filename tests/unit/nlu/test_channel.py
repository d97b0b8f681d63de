"""The door to Rasa, with a Rasa of paper behind it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import warnings
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.logs import Json
from tests.servers import LOOPBACK, free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa and its libraries warn of themselves on import
    channel = pytest.importorskip("bot.nlu.channel")

pytestmark = pytest.mark.rasa


class PaperRasa:
    """Parses everything alike and answers with what it was given."""

    def __init__(self, *said: dict[str, Any], entities: tuple[dict[str, Any], ...] = ()) -> None:
        self.said = said
        self.entities = list(entities)
        self.processor = self
        self.handled: list[Any] = []

    async def parse_message(self, message: Any) -> dict[str, Any]:
        ranking = [{"name": f"guess_{n}", "confidence": 0.1} for n in range(9)]
        return {
            "text": message.text,
            "intent": ranking[0],
            "entities": self.entities,
            "intent_ranking": ranking,
        }

    async def handle(self, message: Any) -> None:
        self.handled.append(message)
        for reply in self.said:
            await message.output_channel.send_response(message.sender_id, reply)


async def ask(rasa: PaperRasa, **said: str) -> dict[str, Any]:
    asked = {"sender": "7", "text": "hello", **said}
    answer: dict[str, Any] = await channel.understand(rasa, rasa.handle, asked)
    return answer


async def test_a_reply_carries_its_text_buttons_and_the_name_of_its_response() -> None:
    button = {"title": "Pets", "payload": "/question_pet"}
    rasa = PaperRasa({"text": "Yes?", "utter_action": "utter_clarify", "buttons": [button]})
    answer = await ask(rasa)
    assert answer["replies"] == [{"text": "Yes?", "name": "utter_clarify", "buttons": [button]}]


async def test_a_failure_is_told_with_its_conversation_and_without_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(PaperRasa):
        async def handle(self, message: Any) -> None:
            logging.getLogger("rasa").warning("about to fail")
            raise ValueError("hello")

    caplog.handler.setFormatter(Json("rasa"))
    rasa = Broken()
    assert await channel.understand_or_tell(rasa, rasa.handle, {"sender": "7", "text": "hello"}) is None
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert [line["conversation"] for line in lines] == [7, 7]
    assert lines[1]["message"].startswith("stumbled over a message: ValueError at ")
    assert "hello" not in caplog.text


async def test_what_is_not_text_is_left_out() -> None:
    assert (await ask(PaperRasa({"image": "https://example.com/a.png"})))["replies"] == []


async def test_a_message_is_parsed_once() -> None:
    rasa = PaperRasa()
    await ask(rasa)
    assert rasa.handled[0].parse_data["intent"]["name"] == "guess_0"


async def test_the_tracker_is_spared_the_whole_ranking() -> None:
    rasa = PaperRasa()
    await ask(rasa)
    assert len(rasa.handled[0].parse_data["intent_ranking"]) == 4


async def test_the_language_of_the_conversation_stands_in_where_the_text_does_not_tell() -> None:
    rasa = PaperRasa()
    answer = await ask(rasa, language="es")
    assert rasa.handled[0].parse_data["entities"] == [{"entity": "language", "value": "es"}]
    assert answer["reading"]["language"] is None


async def test_the_language_of_the_text_wins_over_the_conversation() -> None:
    rasa = PaperRasa(entities=({"entity": "language", "value": "fr", "start": 0, "end": 5},))
    answer = await ask(rasa, language="es")
    assert rasa.handled[0].parse_data["entities"] == [{"entity": "language", "value": "fr"}]
    assert answer["reading"]["language"] == "fr"


SERVER = """\
import re, sys
from sanic import Sanic
from bot.nlu import channel
from bot.watchdog import watched

class Agent:
    def __init__(self):
        self.processor = self

    def is_ready(self):
        return True

    async def parse_message(self, message):
        return re.match("(a+)+$", message.text)

channel.watched = lambda: watched(2)
app = Sanic("rasa")
app.ctx.agent = Agent()
app.blueprint(channel.Relais().blueprint(None), url_prefix="/webhooks/relais")

@app.after_server_start
async def tell(*_):
    print("ready", flush=True)

app.run(host="127.0.0.1", port=int(sys.argv[1]))
"""


async def test_a_text_on_which_the_reading_never_ends_ends_the_server() -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVER, str(port)), stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert process.stdout
        while await process.stdout.readline() != b"ready\n":
            pass
        async with aiohttp.ClientSession(f"http://{LOOPBACK}:{port}") as session:
            with pytest.raises(aiohttp.ClientError):
                await session.post("/webhooks/relais/webhook", json={"sender": "7", "text": "a" * 60 + "b"})
        assert await process.wait() == -signal.SIGALRM
    finally:
        with suppress(ProcessLookupError):
            process.kill()
