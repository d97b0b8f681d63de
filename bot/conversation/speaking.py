"""Queues what is said to a customer, in pieces that his platform takes."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from bot.channels.registry import CHANNELS
from bot.channels.render import fit, with_buttons_as_text
from bot.store import conversations, outbox, transcript
from bot.store.rows import Conversation, Line
from bot.store.transcript import Draft


class Said(Struct, frozen=True):
    """A conversation as it is after something was said, and what was."""

    conversation: Conversation
    lines: tuple[Line, ...] = ()


def say(
    connection: Connection,
    conversation: Conversation,
    draft: Draft,
    *,
    deadline: datetime,
    now: datetime,
    since: datetime | None = None,
) -> tuple[Line, ...]:
    """Write a text into the conversation and queue it for sending until `deadline`.

    `since` is when the customer wrote to whom it is the first response.
    """
    held = conversations.hold_to_write(connection, conversation.id)
    said = speak(connection, held, draft, deadline=deadline, now=now, since=since)
    conversations.change(connection, held.id, **spoken(said.conversation))
    return said.lines


def speak(
    connection: Connection,
    held: Conversation,
    draft: Draft,
    *,
    deadline: datetime,
    now: datetime,
    since: datetime | None,
) -> Said:
    """The same in a conversation that we hold, of which what is `spoken` is still to be written down."""
    lines = tuple(
        transcript.write(connection, held.id, seq, piece, now)
        for seq, piece in enumerate(_pieces(held, draft), start=held.last_seq + 1)
    )
    for line in lines:
        outbox.put(connection, line, now=now, deadline=deadline, since=since)
        since = None
    now_told = held.acknowledged or draft.purpose == "acknowledge"
    last = {"last_seq": held.last_seq + len(lines), "last_purpose": draft.purpose}
    return Said(structs.replace(held, acknowledged=now_told, **last), lines)


def spoken(conversation: Conversation) -> dict[str, object]:
    """What changes of a conversation when something is said in it."""
    return {name: getattr(conversation, name) for name in ("last_seq", "last_purpose", "acknowledged")}


def _pieces(conversation: Conversation, draft: Draft) -> list[Draft]:
    """The text as the platform shows it; its buttons come below the last piece."""
    kind = CHANNELS.get(conversation.channel)
    # In private, platforms take one answer to a public message, and no second piece.
    if kind is None or draft.in_private:
        return [draft]
    features = kind.features
    text = draft.text if features.buttons else with_buttons_as_text(draft.text, draft.buttons)
    cut = fit(text, features, conversation.surface)
    pieces = [structs.replace(draft, text=piece, buttons=()) for piece in cut]
    if pieces and features.buttons:
        pieces[-1] = structs.replace(pieces[-1], buttons=draft.buttons)
    return pieces
