"""One commit per request: events are written once, and their conversations wake up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.channels.base import Channel
from bot.clock import Clock
from bot.details import mask
from bot.errors import PayloadError, Stumbled
from bot.inbox.poison import CARDS, failed
from bot.messages import EventKind, Inbound
from bot.metrics import ACCEPTED, EVENTS
from bot.store import (
    bell,
    conversations,
    deliveries,
    elsewhere,
    joining,
    links,
    record,
    set_aside,
    transcript,
)
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.rows import Conversation
from bot.store.store import Store
from bot.store.tables import received
from bot.store.upsert import insert_new
from bot.unexpected import place, trail

log = logging.getLogger(__name__)

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


class Inbox:
    """Accepts events of all channels."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    async def take(self, channel: Channel, raw_body: bytes) -> Accepted | None:
        """Parse a request and write its events down; None where it is put aside for a human.

        Raises `PayloadError`: `Stumbled` where our own code fails, until the attempts are used up.
        Errors of the database pass through: it may be back when the request comes again.
        """
        try:
            events = channel.parse(raw_body)
            accepted = await self.accept(events) if events else NOTHING
        except PayloadError:
            raise
        except Exception as error:
            # Whatever our code stumbles over, everything else goes on.
            if is_away(error):
                raise
            await self._set_aside(channel, raw_body, error)
            return None
        _count_events(channel, accepted)
        _tell(channel, events)
        return accepted

    async def accept(self, events: Iterable[Inbound]) -> Accepted:
        """Write events down; when this returns they survive whatever dies."""
        clean = [cleaned(event) for event in events]
        accepted = await self._store.run_first(accept, clean, self._clock())
        self._bell.ring(*_topics(clean, accepted))
        _count_messages(clean, accepted)
        return accepted

    async def _set_aside(self, channel: Channel, raw_body: bytes, error: Exception) -> None:
        account = {"channel": channel.name, "account": channel.account}
        log.error("stumbled over a request: %s", trail(error), extra=account)
        request = failed(channel, raw_body, place(error))
        if not await self._store.run(set_aside.count_request, request, self._clock()):
            raise Stumbled("our own code failed on it") from error
        self._bell.ring(bell.QUEUE)


def _topics(events: list[Inbound], accepted: Accepted) -> list[str]:
    """Whom to wake: turns only for a message, the outbox for what is to be seen to by a human."""
    topics = [bell.conversation(i) for i in accepted.conversations]
    if topics:
        topics.append(bell.QUEUE)
    if accepted.messages:
        topics.append(bell.TURNS)
    if any(event.kind == "failed" for event in events):
        topics.append(bell.OUTBOX)
    return topics


def _count_events(channel: Channel, accepted: Accepted) -> None:
    # Of a request that several accounts get, most find nothing in it.
    ignored = not accepted.new + accepted.known and not channel.family
    for result, number in (("new", accepted.new), ("known", accepted.known), ("ignored", ignored)):
        if number:
            EVENTS.labels(channel.name, channel.account, result).inc(number)


def _count_messages(events: list[Inbound], accepted: Accepted) -> None:
    """All events of a request are of one account."""
    if accepted.messages:
        address = events[0].address
        ACCEPTED.labels(address.channel, address.account).inc(accepted.messages)
    if log.isEnabledFor(logging.DEBUG):
        for conversation in accepted.conversations:
            log.debug("accepted", extra={"conversation": conversation})


def _tell(channel: Channel, events: Iterable[Inbound]) -> None:
    """Let the platform know that events are stored; they are, whatever becomes of this."""
    try:
        for event in events:
            channel.received(event)
    except Exception as error:  # noqa: BLE001 - what is stored is answered 200
        log.error("cannot tell the platform: %s", trail(error), extra={"account": channel.account})


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
    # In one order of conversations, so that no two requests wait for each other.
    events = sorted(events, key=_place)
    taken = [(event, _take(connection, event, now)) for event in events if _is_new(connection, event, now)]
    return Accepted(
        new=len(taken),
        known=len(events) - len(taken),
        messages=sum(event.kind == "message" for event, _ in taken),
        conversations=tuple(dict.fromkeys(each for _, each in taken if each is not None)),
    )


def _place(event: Inbound) -> tuple[str, str, str]:
    return event.address.channel, event.address.account, event.address.key


def _is_new(connection: Connection, event: Inbound, now: datetime) -> bool:
    address = event.address
    key = {"channel": address.channel, "account": address.account, "event_id": event.event_id}
    return insert_new(connection, received, received_at=now, **key)


def _take(connection: Connection, event: Inbound, now: datetime) -> int | None:
    """Write one event down; the conversation in which there is something to see, if any."""
    if event.kind in deliveries.KINDS:
        return deliveries.take(connection, event, now)
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
    language = event.language[:2].lower() if event.language else None
    seq = conversations.receive(connection, conversation, language, event.sent_at, now)
    transcript.write(connection, conversation.id, seq, draft, now)


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
