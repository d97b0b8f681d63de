"""Queues what is said to a customer, in pieces that his platform takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from bot.channels.registry import CHANNELS
from bot.channels.render import fit, with_buttons_as_text
from bot.store import conversations, outbox, transcript
from bot.store.outbox import Queued
from bot.store.rows import Conversation, Line
from bot.store.transcript import Draft, New


class Speech(Struct, frozen=True, kw_only=True):
    """What is to be said in a conversation, and sent until `deadline`.

    `since` is when the customer wrote to whom it is the first response.
    """

    conversation: Conversation
    draft: Draft
    deadline: datetime
    now: datetime
    since: datetime | None = None


class Said(Struct, frozen=True):
    """A conversation as it is after something was said, and what was."""

    conversation: Conversation
    texts: tuple[Queued, ...] = ()


def say(connection: Connection, speech: Speech) -> tuple[Line, ...]:
    """Write a text into a conversation and queue it for sending."""
    held = conversations.hold_to_write(connection, speech.conversation.id)
    said = speak(connection, structs.replace(speech, conversation=held))
    conversations.change(connection, held.id, **spoken(said.conversation))
    return tuple(text.line for text in said.texts)


def speak(connection: Connection, speech: Speech) -> Said:
    """The same in a conversation that we hold, of which what is `spoken` is still to be written down."""
    return speak_all(connection, [speech])[0]


def speak_all(connection: Connection, speeches: Sequence[Speech]) -> list[Said]:
    """The same in several conversations, once in each."""
    pieces = [_pieces(speech) for speech in speeches]
    lines = iter(transcript.write_and_read(connection, list(chain.from_iterable(pieces))))
    said = [_said(speech, islice(lines, len(new))) for speech, new in zip(speeches, pieces, strict=True)]
    outbox.put_all(connection, [text for each in said for text in each.texts])
    return said


def spoken(conversation: Conversation) -> dict[str, object]:
    """What changes of a conversation when something is said in it."""
    return {name: getattr(conversation, name) for name in ("last_seq", "last_purpose", "acknowledged")}


def _said(speech: Speech, lines: Iterable[Line]) -> Said:
    texts = tuple(_queued(speech, lines))
    held, purpose = speech.conversation, speech.draft.purpose
    now_told = held.acknowledged or purpose == "acknowledge"
    last = {"last_seq": held.last_seq + len(texts), "last_purpose": purpose}
    return Said(structs.replace(held, acknowledged=now_told, **last), texts)


def _queued(speech: Speech, lines: Iterable[Line]) -> Iterator[Queued]:
    since = speech.since
    for line in lines:
        yield Queued(line=line, due_at=speech.now, deadline=speech.deadline, since=since)
        since = None


def _pieces(speech: Speech) -> list[New]:
    """The text as the platform shows it, in numbered messages."""
    held = speech.conversation
    return [
        New(held.id, seq, piece, speech.now)
        for seq, piece in enumerate(_cut(held, speech.draft), start=held.last_seq + 1)
    ]


def _cut(conversation: Conversation, draft: Draft) -> list[Draft]:
    """The text in pieces; its buttons come below the last one."""
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
