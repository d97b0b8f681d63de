"""What becomes of a visitor's message."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from bot.messages import Button
from bot.store import conversations
from bot.store.rows import Conversation
from tests.fakes.chat import ChatServer
from tests.unit.chat.conftest import VisitorClient


async def test_message_is_stored_before_it_is_confirmed(ann: VisitorClient, server: ChatServer) -> None:
    receipt = await ann.says("Where is my bag?")
    [line] = await server.lines()
    assert (line.id, line.seq, line.text) == (receipt["id"], receipt["seq"], "Where is my bag?")
    assert receipt["client_message_id"] == line.platform_id == "m1"


async def test_message_sent_twice_is_taken_in_once(ann: VisitorClient, server: ChatServer) -> None:
    body = {"client_message_id": "same", "text": "Hello"}
    await ann.says("First")
    answers = await asyncio.gather(*(ann.post(body) for _ in range(5)))
    assert {answer.status for answer in answers} == {202}
    assert len({(await answer.json())["id"] for answer in answers}) == 1
    assert [line.text for line in await server.lines()] == ["First", "Hello"]


async def test_same_client_id_of_two_visitors_are_two_messages(
    ann: VisitorClient, bob: VisitorClient, server: ChatServer
) -> None:
    await ann.says("From Ann")
    await bob.says("From Bob")
    assert [line.text for line in await server.lines(1)] == ["From Ann"]
    assert [line.text for line in await server.lines(2)] == ["From Bob"]


async def test_visitor_stays_in_one_conversation(ann: VisitorClient, server: ChatServer) -> None:
    first = await ann.says("One")
    second = await ann.says("Two")
    assert (first["new_visitor"], second["new_visitor"]) == (True, False)
    assert await server.conversations() == 1


async def test_language_of_the_page_is_a_hint(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hola", language="es")
    conversation = await server.store.read(_first)
    assert conversation.language == "es"


async def test_browsers_language_is_the_hint_of_last_resort(ann: VisitorClient, server: ChatServer) -> None:
    body = {"client_message_id": "1", "text": "Hello", "language": "xx"}
    await ann.post(body, headers={"Accept-Language": "de, en-GB;q=0.8"})
    conversation = await server.store.read(_first)
    assert conversation.language == "en"


async def test_pressed_button_is_shown_by_its_title(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hi")
    await server.answer("What is it about?", buttons=(Button(title="My bag", payload="/question_bag"),))
    await ann.says("anything", payload="/question_bag")
    line = (await server.lines())[-1]
    assert (line.text, line.is_payload, line.shown) == ("/question_bag", True, "My bag")


async def test_button_that_was_never_offered_is_refused(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hi")
    answer = await ann.post({"client_message_id": "x", "text": "Bag", "payload": "/restart"})
    assert (answer.status, (await answer.json())["error"]) == (422, "unknown_button")
    assert len(await server.lines()) == 1


async def test_button_offered_to_another_visitor_is_refused(
    ann: VisitorClient, bob: VisitorClient, server: ChatServer
) -> None:
    await ann.says("Hi")
    await server.answer("?", buttons=(Button(title="Mine", payload="/mine"),))
    answer = await bob.post({"client_message_id": "x", "text": "Mine", "payload": "/mine"})
    assert answer.status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"client_message_id": "1", "text": ""}, 422),
        ({"client_message_id": "1", "text": " \n\t"}, 422),
        ({"client_message_id": "1", "text": "\x00\x07"}, 422),
        ({"client_message_id": "1", "text": "a" * 4001}, 422),
        ({"client_message_id": "1", "text": "a" * 70_000}, 413),
        ({"client_message_id": "1", "text": 5}, 422),
        ({"client_message_id": "1"}, 422),
        ({"client_message_id": "", "text": "a"}, 422),
        ({"client_message_id": "i" * 101, "text": "a"}, 422),
        ({"client_message_id": "a\nb", "text": "a"}, 422),
        ({"client_message_id": 7, "text": "a"}, 422),
        ({"client_message_id": "1", "text": "a", "payload": ""}, 422),
        ({"text": "a"}, 422),
        ([], 422),
        ("text", 422),
    ],
)
async def test_wrong_message_is_refused_in_words_and_changes_nothing(
    ann: VisitorClient, server: ChatServer, body: Any, status: int
) -> None:
    answer = await ann.post(body)
    assert answer.status == status
    problem = await answer.json()
    assert problem["error"]
    assert problem["message"]
    assert await server.conversations() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"client_message_id":"1","text":"\\ud800"}'])
async def test_body_that_is_no_json_is_refused(ann: VisitorClient, body: bytes) -> None:
    answer = await ann.post(data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, (await answer.json())["error"]) == (400, "not_json")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_other_types_than_json_are_refused(ann: VisitorClient, kind: str) -> None:
    body = b'{"client_message_id":"1","text":"a"}'
    answer = await ann.post(data=body, headers={"Content-Type": kind})
    assert answer.status == 415


async def test_longest_text_is_taken(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("🛫" * 4000)
    assert len((await server.lines())[0].text) == 4000


async def test_invisible_characters_are_left_out(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says(" a\x00b\r\nc\td \x1b[31m")
    assert (await server.lines())[0].text == "ab\nc\td [31m"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"},
    ],
)
async def test_posting_from_a_foreign_page_is_refused(
    ann: VisitorClient, server: ChatServer, headers: dict[str, str]
) -> None:
    answer = await ann.post({"client_message_id": "1", "text": "a"}, headers=headers)
    assert answer.status == 403
    assert await server.conversations() == 0


async def test_posting_from_the_own_page_is_taken(ann: VisitorClient, server: ChatServer) -> None:
    for headers in (
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": server.url},
        {"Origin": "http://127.0.0.1:8080"},
    ):
        answer = await ann.post({"client_message_id": "1", "text": "a"}, headers=headers)
        assert answer.status == 202


async def test_visitor_who_writes_too_fast_is_told_when_to_go_on(
    ann: VisitorClient, bob: VisitorClient, server: ChatServer
) -> None:
    await ann.says("First")
    answers = [await ann.post({"client_message_id": f"x{n}", "text": "again"}) for n in range(25)]
    slowed = [answer for answer in answers if answer.status == 429]
    assert slowed
    assert 1 <= int(slowed[0].headers["Retry-After"]) <= 2
    await bob.says("Others are not slowed")


async def test_unknown_account_is_not_found(ann: VisitorClient, server: ChatServer) -> None:
    for path in ("/chat", "/chat/demo", "/chat/widget.js", "/chat/brand.css", "/chat/events"):
        assert (await ann.get(f"{path}?account=nobody")).status == 404


def _first(connection: Connection) -> Conversation:
    return conversations.load(connection, 1)
