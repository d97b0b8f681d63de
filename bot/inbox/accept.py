"""One commit per request: events are written once, and their conversations wake up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.clock import Clock
from bot.details import DetailKind, mask
from bot.messages import Inbound
from bot.store import bell, conversations, links, record, transcript
from bot.store.bell import Bell
from bot.store.rows import Conversation
from bot.store.store import Store
from bot.store.tables import received

CARDS: tuple[DetailKind, ...] = ("card",)


class Accepted(Struct, frozen=True, kw_only=True):
    """What became of a request: events taken in, events that had come before, conversations."""

    new: int
    known: int
    conversations: tuple[int, ...]


class Inbox:
    """Accepts events of all channels."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    async def accept(self, events: Iterable[Inbound]) -> Accepted:
        """Write events down; when this returns they survive whatever dies."""
        clean = [cleaned(event) for event in events]
        accepted = await self._store.run(accept, clean, self._clock())
        topics = [bell.conversation(i) for i in accepted.conversations]
        self._bell.ring(bell.TURNS, bell.QUEUE, *topics)
        return accepted


def cleaned(event: Inbound) -> Inbound:
    """The same event without what must not be stored.

    That is characters that no database takes (halves of pairs and NUL), and numbers of payment
    cards, which nobody here needs.
    """
    fields = _storable(msgspec.to_builtins(event, builtin_types=(datetime,)))
    fields["text"] = mask(fields["text"], CARDS)
    return msgspec.convert(fields, Inbound)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value


def accept(connection: Connection, events: list[Inbound], now: datetime) -> Accepted:
    """Write the events that are new; a platform delivers some more than once."""
    touched = [_take(connection, event, now) for event in events if _is_new(connection, event, now)]
    return Accepted(
        new=len(touched),
        known=len(events) - len(touched),
        conversations=tuple(dict.fromkeys(touched)),
    )


def _is_new(connection: Connection, event: Inbound, now: datetime) -> bool:
    key = {
        "channel": event.address.channel,
        "account": event.address.account,
        "event_id": event.event_id,
    }
    if connection.execute(select(received.c.event_id).filter_by(**key)).first():
        return False
    connection.execute(insert(received).values(received_at=now, **key))
    return True


def _take(connection: Connection, event: Inbound, now: datetime) -> int:
    conversation = conversations.find_or_start(connection, event, now)
    if event.kind == "message":
        _take_message(connection, conversation, event, now)
    elif event.kind == "edited":
        transcript.edit(connection, conversation.id, event.message_id, event.text, now)
    elif event.kind == "deleted":
        transcript.delete(connection, conversation.id, event.message_id, now)
    else:
        conversations.flag(
            connection,
            conversation.id,
            name="unreachable",
            on=event.kind == "unreachable",
            actor=record.CUSTOMER,
            now=now,
        )
    return conversation.id


def _take_message(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    if event.start_token:
        _join(connection, conversation, event.start_token, now)
    draft = transcript.Draft(
        author="customer",
        text=event.text,
        is_payload=event.text_is_payload,
        shown=event.shown,
        is_start=bool(event.start_token),
        attachments=event.attachments,
        reply_to=event.reply_to,
        platform_id=event.message_id,
        sent_at=event.sent_at,
    )
    transcript.append(connection, conversation.id, draft, now)
    conversations.wake(connection, conversation.id, now)
    if conversation.language is None and event.language:
        conversations.change(connection, conversation.id, language=event.language[:2].lower())


def _join(connection: Connection, conversation: Conversation, token: str, now: datetime) -> None:
    """Let a private chat continue the case of the public thread that its link came from."""
    origin = links.use(connection, token, now)
    if origin is None:
        return
    case_id = conversations.load(connection, origin).case_id
    conversations.change(connection, conversation.id, case_id=case_id)
    record.write(
        connection,
        "joined_in_private",
        actor=record.CUSTOMER,
        at=now,
        conversation_id=conversation.id,
        case_id=case_id,
        origin=origin,
    )
