"""What a visitor may see of his conversation: never notes, never the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.messages import Address, Button, Purpose
from bot.store import agents, cases, conversations, transcript
from bot.store.rows import Conversation, Line

# How far back a button may lie that is pressed now.
REACH = 100
# Who opens the chat sees so many of the last messages, however long the conversation is.
SHOWN = 500


class Message(Struct, frozen=True, kw_only=True):
    """A message as the page gets it; `name` is the first name of the agent who wrote it."""

    seq: int
    author: Literal["customer", "bot", "agent"]
    name: str
    text: str
    buttons: tuple[Button, ...]
    at: datetime
    purpose: Purpose | None
    client_message_id: str
    edited: bool
    deleted: bool


class News(Struct, frozen=True, kw_only=True):
    """What is new in a conversation.

    `position` is the number to ask for next, `changed_at` the moment; `more` says that there
    is more after it. `bot_writes` says that the bot has a turn to do. `forgotten` says that
    the number asked for lies beyond the end: it belonged to another conversation.
    """

    conversation_id: int | None = None
    messages: tuple[Message, ...] = ()
    changed: tuple[Message, ...] = ()
    position: int = 0
    more: bool = False
    changed_at: datetime | None = None
    bot_writes: bool = False
    forgotten: bool = False


def news(connection: Connection, address: Address, position: int, changed_at: datetime | None) -> News:
    """What happened after message `position`; before it, what changed after `changed_at`.

    From the beginning on, position 0, only the last `SHOWN` messages are told.
    """
    conversation = conversations.find(connection, address)
    if conversation is None:
        return News(changed_at=changed_at, forgotten=position > 0)
    forgotten = position > conversation.last_seq
    known = 0 if forgotten else position
    after = known or max(0, conversation.last_seq - SHOWN)
    lines = transcript.after(connection, conversation.id, after)
    changed = transcript.changed_since(connection, conversation.id, changed_at)
    reached = lines[-1].seq if lines else after
    return News(
        conversation_id=conversation.id,
        messages=_visible(connection, lines),
        changed=_visible(connection, [line for line in changed if line.seq <= known]),
        position=reached,
        more=reached < conversation.last_seq,
        changed_at=max([_changed_at(line) for line in changed], default=changed_at),
        bot_writes=_bot_writes(connection, conversation),
        forgotten=forgotten,
    )


def accepted(connection: Connection, address: Address, client_message_id: str) -> Line | None:
    """The visitor's message of that id, once it was taken in."""
    conversation = conversations.find(connection, address)
    if conversation is None:
        return None
    return transcript.by_platform_id(connection, conversation.id, client_message_id)


def offered(connection: Connection, address: Address, payload: str) -> Button | None:
    """The button of that payload, if the conversation ever offered it."""
    conversation = conversations.find(connection, address)
    if conversation is None:
        return None
    lines = transcript.latest(connection, conversation.id, REACH)
    buttons = (button for line in reversed(lines) for button in line.buttons)
    return next((button for button in buttons if button.payload == payload), None)


def _bot_writes(connection: Connection, conversation: Conversation) -> bool:
    if conversation.due_at is None or conversation.stopped_at:
        return False
    case = cases.current(connection, conversation.case_id)
    return case is None or not case.is_human


def _changed_at(line: Line) -> datetime:
    moments = [moment for moment in (line.edited_at, line.deleted_at) if moment]
    return max(moments)


def _visible(connection: Connection, lines: list[Line]) -> tuple[Message, ...]:
    people = {line.agent_id for line in lines if line.agent_id is not None}
    names = {agent_id: _first_name(connection, agent_id) for agent_id in people}
    return tuple(_message(line, names) for line in lines if line.author != "note")


def _message(line: Line, names: Mapping[int, str]) -> Message:
    if line.author == "note":
        raise ValueError("a note is never shown to a visitor")
    deleted = line.deleted_at is not None
    return Message(
        seq=line.seq,
        author="agent" if line.author == "colleague" else line.author,
        name="" if line.agent_id is None else names[line.agent_id],
        text="" if deleted else line.readable,
        buttons=line.buttons,
        at=line.created_at,
        purpose=line.purpose,
        client_message_id=line.platform_id if line.author == "customer" else "",
        edited=line.edited_at is not None,
        deleted=deleted,
    )


def _first_name(connection: Connection, agent_id: int) -> str:
    return next(iter(agents.load(connection, agent_id).name.split()), "")
