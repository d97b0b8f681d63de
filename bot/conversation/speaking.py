"""Queues what is said to a customer, in pieces that his platform takes."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from bot.channels.registry import CHANNELS
from bot.channels.render import fit, with_buttons_as_text
from bot.store import conversations, outbox, transcript
from bot.store.rows import Conversation, Line
from bot.store.transcript import Draft


def say(
    connection: Connection,
    conversation: Conversation,
    draft: Draft,
    *,
    deadline: datetime,
    now: datetime,
    since: datetime | None = None,
) -> list[Line]:
    """Write a text into the conversation and queue it for sending until `deadline`.

    `since` is when the customer wrote to whom it is the first response.
    """
    lines = [
        transcript.append(connection, conversation.id, piece, now) for piece in _pieces(conversation, draft)
    ]
    for line in lines:
        outbox.put(connection, line, now=now, deadline=deadline, since=since)
        since = None
    conversations.change(
        connection,
        conversation.id,
        last_purpose=draft.purpose,
        acknowledged=conversation.acknowledged or draft.purpose == "acknowledge",
    )
    return lines


def _pieces(conversation: Conversation, draft: Draft) -> list[Draft]:
    """The text as the platform shows it; its buttons come below the last piece."""
    kind = CHANNELS.get(conversation.channel)
    # In private, platforms take one answer to a public message, and no second piece.
    if kind is None or draft.in_private:
        return [draft]
    features = kind.features
    text = draft.text if features.buttons else with_buttons_as_text(draft.text, draft.buttons)
    cut = fit(text, features, conversation.surface)
    pieces = [msgspec.structs.replace(draft, text=piece, buttons=()) for piece in cut]
    if pieces and features.buttons:
        pieces[-1] = msgspec.structs.replace(pieces[-1], buttons=draft.buttons)
    return pieces
