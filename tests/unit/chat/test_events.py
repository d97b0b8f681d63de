"""The stream of events: everything once, in order, whatever interrupts it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.engine import Connection

from bot.chat.visible import SHOWN
from bot.clock import now
from bot.messages import Button
from bot.store import agents, cases, transcript
from bot.store import bell as bells
from tests.fakes.chat import ChatServer
from tests.unit.chat.conftest import VisitorClient


async def test_message_and_answer_arrive_with_their_numbers(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hello")
    events = await ann.listen()
    _, number, mine = await events.next("message")
    assert (number, mine["author"], mine["text"], mine["client_message_id"]) == (
        "1",
        "customer",
        "Hello",
        "m1",
    )
    buttons = (Button(title="Bags", payload="/bags"),)
    await server.answer("Hi, what is it about?", purpose="clarify", buttons=buttons)
    _, number, answer = await events.next("message")
    assert (number, answer["author"], answer["purpose"]) == ("2", "bot", "clarify")
    assert answer["buttons"] == [{"title": "Bags", "payload": "/bags"}]


async def test_stream_opened_before_the_first_message_gets_it(ann: VisitorClient, server: ChatServer) -> None:
    events = await ann.listen()
    await events.next("ready")
    await ann.says("Hello")
    assert (await events.next("message", patience=0.4))[2]["text"] == "Hello"
    await server.answer("Hi")
    assert (await events.next("message", patience=0.4))[2]["text"] == "Hi"


async def test_stream_resumes_after_the_last_event(ann: VisitorClient, server: ChatServer) -> None:
    for text in ("one", "two", "three"):
        await ann.says(text)
    assert await (await ann.listen()).texts_until_ready() == ["one", "two", "three"]
    assert await (await ann.listen(after=1)).texts_until_ready() == ["two", "three"]
    assert await (await ann.listen(after=1, **{"Last-Event-ID": "2"})).texts_until_ready() == ["three"]
    assert await (await ann.listen(after=3)).texts_until_ready() == []


@pytest.mark.parametrize("number", ["", "-1", "x", "1e3", "²", "9" * 30])
async def test_strange_number_starts_from_the_beginning(ann: VisitorClient, number: str) -> None:
    await ann.says("one")
    events = await ann.listen(None, **{"Last-Event-ID": number})
    assert await events.texts_until_ready() == ["one"]


async def test_number_beyond_the_conversation_says_to_forget_it(ann: VisitorClient) -> None:
    await ann.says("one")
    assert await (await ann.listen(after=40)).texts_until_ready() == ["reset", "one"]


async def test_long_conversation_is_shown_from_its_end(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("0")
    await server.store.run(_fill, 1200)
    texts = await (await ann.listen()).texts_until_ready()
    assert texts == [str(number) for number in range(1201)][-SHOWN:]


async def test_all_that_was_missed_of_a_long_conversation_arrives(
    ann: VisitorClient, server: ChatServer
) -> None:
    await ann.says("0")
    await server.store.run(_fill, 1200)
    texts = await (await ann.listen(after=1)).texts_until_ready()
    assert texts == [str(number) for number in range(1, 1201)]


async def test_changes_before_what_is_shown_are_not_told(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("0")
    await server.store.run(_fill, SHOWN)
    await server.store.run(transcript.edit, 1, "m1", "zero", now())
    events = await ann.listen()
    assert len(await events.texts_until_ready()) == SHOWN


async def test_messages_written_while_streams_come_and_go_arrive_exactly_once(
    ann: VisitorClient, server: ChatServer
) -> None:
    await ann.says("start")

    async def talk() -> None:
        for number in range(60):
            await server.answer(str(number))

    talking = asyncio.create_task(talk())
    seen: list[str] = []
    position = 1
    while len(seen) < 60:
        events = await ann.listen(after=position)
        for _ in range(7):
            if len(seen) == 60:
                break
            _, number, data = await events.next("message")
            position = int(number or 0)
            seen.append(data["text"])
        events.response.close()
    await talking
    assert seen == [str(number) for number in range(60)]


async def test_every_tab_of_a_visitor_hears_everything(ann: VisitorClient, server: ChatServer) -> None:
    tabs = [await ann.listen() for _ in range(3)]
    # The first stream gave the visitor a cookie after the session had asked for all three.
    tabs = [await ann.listen() for _ in range(3)]
    await ann.says("Hello")
    await server.answer("Hi")
    for tab in tabs:
        assert (await tab.next("message"))[2]["text"] == "Hello"
        assert (await tab.next("message"))[2]["text"] == "Hi"


async def test_visitors_do_not_hear_each_other(ann: VisitorClient, bob: VisitorClient) -> None:
    await ann.says("Secret of Ann")
    await bob.says("Secret of Bob")
    assert await (await ann.listen()).texts_until_ready() == ["Secret of Ann"]
    assert await (await bob.listen()).texts_until_ready() == ["Secret of Bob"]


async def test_notes_of_agents_never_reach_the_visitor(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hello")
    events = await ann.listen(after=1)
    await server.answer("He sounds angry", author="note")
    await server.answer("Hello!")
    _, number, data = await events.next("message")
    assert (number, data["text"]) == ("3", "Hello!")
    assert await (await ann.listen(after=1)).texts_until_ready() == ["Hello!"]


async def test_agent_is_named_by_first_name_only(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hello")
    agent = await server.store.run(_agent)
    await server.answer("I am here", author="agent", agent_id=agent, purpose="agent")
    _, _, data = await (await ann.listen(after=1)).next("message")
    assert (data["author"], data["name"]) == ("agent", "Camille")


async def test_edit_is_told_now_and_to_who_comes_back(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Helo")
    await ann.says("another")
    events = await ann.listen()
    await events.next("ready")
    await server.store.run(transcript.edit, 1, "m1", "Hello", now())
    server.bell.ring(bells.conversation(1))
    for stream in (events, await ann.listen(after=2)):
        _, number, data = await stream.next("changed")
        assert (number, data["seq"], data["text"], data["edited"]) == (None, 1, "Hello", True)


async def test_words_of_a_deleted_message_are_not_sent(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("my secret")
    await server.store.run(transcript.delete, 1, "m1", now())
    _, _, data = await (await ann.listen()).next("message")
    assert (data["text"], data["deleted"]) == ("", True)


async def test_bot_is_said_to_write_until_its_turn_is_over(ann: VisitorClient, server: ChatServer) -> None:
    events = await ann.listen()
    await ann.says("Hello")
    assert (await events.next("typing"))[2] == {"author": "bot"}
    await server.answer("Hi")
    assert (await events.next("message"))[2]["text"] == "Hi"
    assert (await events.next("typing"))[2] == {"author": None}


async def test_bot_is_not_said_to_write_while_people_own_the_case(
    ann: VisitorClient, server: ChatServer
) -> None:
    await ann.says("I want a person")
    await server.store.run(_open_case)
    events = await ann.listen()
    await events.next("ready")
    with pytest.raises(asyncio.TimeoutError):
        await events.next("typing", patience=0.7)


async def test_agent_is_said_to_write_and_no_more_once_the_message_is_there(
    ann: VisitorClient, server: ChatServer
) -> None:
    await ann.says("Hello")
    await server.answer("Hi")
    events = await ann.listen(after=2)
    await events.next("ready")
    server.bell.ring(bells.writing(1))
    assert (await events.next("typing"))[2] == {"author": "agent"}
    await server.answer("Here I am", author="agent")
    assert (await events.next())[0] == "message"
    assert (await events.next("typing"))[2] == {"author": None}


async def test_silence_is_broken_by_a_heartbeat(ann: VisitorClient) -> None:
    events = await ann.listen()
    assert await events.comment() == ": alive"


async def test_streams_end_when_the_process_ends(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hello")
    events = await ann.listen()
    await events.next("ready")
    stopping = asyncio.create_task(server.stop())
    await events.end()
    await asyncio.wait_for(stopping, 2)


async def test_one_visitor_cannot_hold_any_number_of_streams(ann: VisitorClient, server: ChatServer) -> None:
    await ann.says("Hello")
    streams = [await ann.listen() for _ in range(12)]
    assert (await ann.get("/chat/events")).status == 429
    for stream in streams:
        stream.response.close()

    async def answer() -> int:
        return (await ann.get("/chat/events")).status

    for _ in range(20):
        if await answer() == 200:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("closed streams are still counted")


async def test_stream_is_refused_to_foreign_pages(ann: VisitorClient) -> None:
    assert (await ann.get("/chat/events", headers={"Sec-Fetch-Site": "cross-site"})).status == 403


async def test_stream_is_neither_kept_nor_held_back_on_its_way(ann: VisitorClient) -> None:
    headers = (await ann.listen()).response.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Accel-Buffering"] == "no"


def _fill(connection: Connection, number: int) -> None:
    for text in range(1, number + 1):
        transcript.append(connection, 1, transcript.Draft(author="bot", text=str(text)), now())


def _agent(connection: Connection) -> int:
    agent = agents.add(
        connection, login="camille", name="Camille Durand", role="agent", password="long enough", now=now()
    )
    return agent.id


def _open_case(connection: Connection) -> None:
    new = cases.NewCase(
        reason="asked",
        register="other",
        language="fr",
        rank=1,
        team="care",
        entities=(),
        acknowledge_by=now(),
        answer_by=now() + timedelta(hours=4),
    )
    cases.open_case(connection, 1, "NB-AAAAAA", new, acknowledged_at=None, now=now())


async def test_stream_tells_whether_the_visitor_was_known(ann: VisitorClient) -> None:
    assert (await (await ann.listen()).next("ready"))[2] == {"new_visitor": True}
    assert (await (await ann.listen()).next("ready"))[2] == {"new_visitor": False}
