from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commands.conversation import Conversation, Refused, Spoken, events


class FakeChat:
    """Takes messages, and streams what the test lets it say; each stream is cut when it is told to."""

    def __init__(self) -> None:
        self.posted: list[dict[str, str]] = []
        self.resumed_after: list[str] = []
        self.status = 202
        self._says: asyncio.Queue[str | None] = asyncio.Queue()

    def says(self, raw: str) -> None:
        self._says.put_nowait(raw)

    def cuts_the_stream(self) -> None:
        self._says.put_nowait(None)

    async def messages(self, request: web.Request) -> web.Response:
        self.posted.append(await request.json())
        return web.json_response({}, status=self.status)

    async def events(self, request: web.Request) -> web.StreamResponse:
        self.resumed_after.append(request.query["after"])
        response = web.StreamResponse()
        await response.prepare(request)
        while raw := await self._says.get():
            await response.write(raw.encode())
        return response


class Ear:
    """Remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: asyncio.Queue[Spoken] = asyncio.Queue()

    def __call__(self, spoken: Spoken) -> None:
        self.shown.put_nowait(spoken)


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def conversation(chat: FakeChat, ear: Ear) -> AsyncIterator[Conversation]:
    app = web.Application()
    app.add_routes([web.post("/chat/messages", chat.messages), web.get("/chat/events", chat.events)])
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        conversation = Conversation(session, ear, before_reconnect=0.01)
        listening = asyncio.create_task(conversation.listen())
        yield conversation
        listening.cancel()
        chat.cuts_the_stream()


def message(seq: int, text: str, author: str = "bot", purpose: str = "answer", more: str = "") -> str:
    data = f'{{"seq": {seq}, "author": "{author}", "text": "{text}", "purpose": "{purpose}"{more}}}'
    return f"event: message\nid: {seq}\ndata: {data}\n\n"


async def test_what_the_other_says_is_shown(conversation: Conversation, chat: FakeChat, ear: Ear) -> None:
    chat.says(message(1, "Bagage ?", author="customer") + ": still here\n\n" + message(2, "10 kg."))
    assert await ear.shown.get() == Spoken(seq=2, author="bot", text="10 kg.", purpose="answer")


async def test_a_lost_stream_is_resumed_without_repetition(
    conversation: Conversation, chat: FakeChat, ear: Ear
) -> None:
    chat.says(message(1, "one"))
    await ear.shown.get()
    chat.cuts_the_stream()
    chat.says(message(1, "one") + message(2, "two"))
    assert (await ear.shown.get()).text == "two"
    assert chat.resumed_after == ["0", "1"]


async def test_a_number_presses_the_button_of_that_number(
    conversation: Conversation, chat: FakeChat, ear: Ear
) -> None:
    chat.says(message(1, "Which?", more=', "buttons": [{"title": "Seat", "payload": "/seat"}]'))
    await ear.shown.get()
    await conversation.say("1")
    await conversation.say("2")
    pressed, typed = chat.posted
    assert (pressed["text"], pressed["payload"]) == ("Seat", "/seat")
    assert typed["text"] == "2"
    assert "payload" not in typed


async def test_every_message_has_an_identifier_of_its_own(conversation: Conversation, chat: FakeChat) -> None:
    await conversation.say("one")
    await conversation.say("one")
    assert len({posted["client_message_id"] for posted in chat.posted}) == 2


async def test_answered_is_said_once_the_other_side_has_spoken(
    conversation: Conversation, chat: FakeChat
) -> None:
    await conversation.say("Hello")
    assert not conversation.answered.is_set()
    chat.says(message(1, "Hello", author="customer") + message(2, "Hello!"))
    await conversation.answered.wait()


async def test_one_moment_is_no_answer(conversation: Conversation, chat: FakeChat, ear: Ear) -> None:
    await conversation.say("Hello")
    chat.says(message(1, "One moment.", purpose="acknowledge"))
    await ear.shown.get()
    assert not conversation.answered.is_set()
    chat.says(message(2, "Hello!"))
    await conversation.answered.wait()


async def test_a_refused_message_is_an_error(conversation: Conversation, chat: FakeChat) -> None:
    chat.status = 429
    with pytest.raises(Refused, match="429"):
        await conversation.say("Hello")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"data: x\n\n", [("message", "x")]),
        (b"event: typing\ndata: {}\n\n", [("typing", "{}")]),
        (b"data: a\ndata: b\r\n\r\n", [("message", "a\nb")]),
        (b":\nevent: ready\ndata:{}\n\n", [("ready", "{}")]),
        (b"event: ready\n\ndata: x\n\n", [("message", "x")]),
        (b"data: cut off", []),
    ],
)
async def test_events_are_read_as_the_standard_says(raw: bytes, expected: list[tuple[str, str]]) -> None:
    assert [event async for event in events(lines(raw))] == expected


async def lines(raw: bytes) -> AsyncIterator[bytes]:
    for line in raw.splitlines(keepends=True):
        yield line
