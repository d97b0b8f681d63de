"""What becomes of events, as transactions: each is written down once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.messages import EventKind, Inbound
from bot.store import (
    conversations,
    deliveries,
    elsewhere,
    intake,
    joining,
    links,
    mentions,
    record,
    transcript,
    watches,
)
from bot.store.intake import Held, Said
from bot.store.rows import Conversation
from bot.store.transcript import Draft

# Nothing but these begins a conversation: of what is not known nothing can be changed.
STARTING = frozenset({"message", "colleague", "taken_elsewhere", "unreachable", "reachable"})


class Accepted(Struct, frozen=True, kw_only=True):
    """What became of a request: events taken in, events that had come before, conversations.

    `messages` is how many of the new events are messages; `conversations` are those in which there
    is something to see.
    """

    new: int
    known: int
    messages: int
    conversations: tuple[int, ...]


NOTHING = Accepted(new=0, known=0, messages=0, conversations=())


def place_of(event: Inbound) -> tuple[str, str, str]:
    """Where the conversation of an event is: channel, account, key."""
    return event.address.channel, event.address.account, event.address.key


def take(connection: Connection, event: Inbound, now: datetime) -> int | None:
    """Write one event down; the conversation in which there is something to see, if any."""
    if event.kind in deliveries.KINDS:
        return deliveries.take(connection, event, now)
    if event.kind == "mention":
        mentions.take(connection, event, now)
        return None
    if event.kind == "gap":
        account = (event.address.channel, event.address.account)
        watches.note_gap(connection, account, since=event.sent_at or now, now=now)
        return None
    if event.kind == "colleague" and not event.address.person:
        return elsewhere.answer_in_thread(connection, event, now)
    if event.kind in STARTING:
        conversation = conversations.find_or_start(connection, event, now)
    else:
        found = conversations.locate(connection, event, hold=True)
        if found is None:
            return None
        conversation = found
    _TAKE[event.kind](connection, conversation, event, now)
    return conversation.id


def _take_message(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    _know(connection, conversation, event)
    if event.start_token:
        _join(connection, conversation, event.start_token, now)
    there = Held(id=conversation.id, last_seq=conversation.last_seq, said_at=conversation.said_at)
    intake.receive(connection, there, said([event], now), now)


def said(events: Sequence[Inbound], now: datetime) -> Said:
    """What a customer wrote in one place, in order."""
    return Said(
        address=events[0].address,
        author=events[0].author,
        drafts=tuple(map(_draft, events)),
        language=next(filter(None, map(_language, events)), None),
        said_at=max(min(event.sent_at or now, now) for event in events),
    )


def _draft(event: Inbound) -> Draft:
    return Draft(
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


def _language(event: Inbound) -> str | None:
    # What a customer's client says, as ISO 639-1 has it.
    return event.language[:2].lower() if event.language else None


def _know(connection: Connection, conversation: Conversation, event: Inbound) -> None:
    """Keep by what names the customer goes, who is written to under the one that he uses now."""
    if event.aliases or conversation.chat != event.address.chat:
        conversations.keep_names(connection, conversation, event)


def _edit(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    transcript.edit(connection, conversation.id, event.message_id, event.text, now)


def _delete(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    transcript.delete(connection, conversation.id, event.message_id, now)


def _show(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    shown = event.kind == "shown"
    transcript.show(connection, conversation.id, event.message_id, shown=shown, now=now)


def _flag(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    if event.kind == "reachable":
        _know(connection, conversation, event)
    conversations.flag(
        connection,
        conversation.id,
        name="unreachable",
        on=event.kind == "unreachable",
        actor=record.CUSTOMER,
        now=now,
    )


def _come_back(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    elsewhere.come_back(connection, conversation, now)


_TAKE: Mapping[EventKind, Callable[[Connection, Conversation, Inbound, datetime], None]] = {
    "message": _take_message,
    "edited": _edit,
    "deleted": _delete,
    "hidden": _show,
    "shown": _show,
    "unreachable": _flag,
    "reachable": _flag,
    "colleague": elsewhere.answer,
    "taken_elsewhere": elsewhere.take,
    "returned": _come_back,
}


def _join(connection: Connection, conversation: Conversation, token: str, now: datetime) -> None:
    """Let a private chat continue the case of the public thread that its link came from."""
    origin = links.use(connection, token, now)
    if origin is not None:
        public = conversations.load(connection, origin)
        joining.join(connection, conversation, public, actor=record.CUSTOMER, now=now)
