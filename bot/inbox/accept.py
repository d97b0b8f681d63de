"""Accepts requests: what is in them is written down once, and conversations wake up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from bot.channels.base import Channel
from bot.clock import Clock
from bot.details import mask
from bot.errors import PayloadError, Stumbled
from bot.gathering import Gathering
from bot.inbox.crowd import accept_all
from bot.inbox.events import NOTHING, Accepted
from bot.inbox.poison import CARDS, failed
from bot.messages import Inbound
from bot.metrics import ACCEPTED, EVENTS
from bot.store import bell, set_aside
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.store import Store
from bot.unexpected import place, trail

log = logging.getLogger(__name__)

# Requests that are committed together at most, and how many such groups at the same time: SQLite has
# one writer anyway, and in PostgreSQL one that waits for a lock leaves the other to those who come.
TOGETHER, GROUPS = 64, 2


class Inbox:
    """Accepts events of all channels."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock
        self._requests = Gathering(self._commit, concerns_all=is_away, most=TOGETHER, groups=GROUPS)

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
        if accepted.new:
            _tell(channel, events)
        return accepted

    async def accept(self, events: Iterable[Inbound]) -> Accepted:
        """Write events down; when this returns they survive whatever dies."""
        clean = [cleaned(event) for event in events]
        accepted = await self._requests.do(clean)
        self._bell.ring(*_topics(clean, accepted))
        _count_messages(clean, accepted)
        return accepted

    async def _commit(self, requests: Callable[[], Sequence[list[Inbound]]]) -> list[Accepted]:
        return await self._store.run_first(self._write, requests)

    def _write(
        self, connection: Connection, requests: Callable[[], Sequence[list[Inbound]]]
    ) -> list[Accepted]:
        return accept_all(connection, requests(), self._clock())

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
    if any(event.kind == "mention" for event in events):
        topics += (bell.MENTIONS, bell.QUEUE)
    if any(event.kind == "gap" for event in events):
        topics.append(bell.QUEUE)
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
    storable = _as_it_is(event) or _without_broken_parts(event)
    text = mask(storable.text, CARDS)
    return storable if text == storable.text else msgspec.structs.replace(storable, text=text)


def _as_it_is(event: Inbound) -> Inbound | None:
    """The same, of the types that it claims, if all of it can be stored, as it mostly can.

    JSON writes no half of a pair, and NUL as an escape.
    """
    try:
        written = msgspec.json.encode(event)
    except UnicodeEncodeError:
        return None
    return None if rb"\u0000" in written else msgspec.json.decode(written, type=Inbound)


def _without_broken_parts(event: Inbound) -> Inbound:
    return msgspec.convert(_storable(msgspec.to_builtins(event, builtin_types=(datetime,))), Inbound)


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value
