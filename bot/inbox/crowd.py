"""Many requests in one transaction: plain messages, which most are, cost a few statements together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy.engine import Connection

from bot.inbox.events import Accepted, place_of, said, take
from bot.messages import Inbound
from bot.store import intake, mentions
from bot.store.intake import EventKey, Place

# In each place what was said there, in order.
Places = Mapping[Place, Sequence[Inbound]]


def accept(connection: Connection, events: Sequence[Inbound], now: datetime) -> Accepted:
    """Write down what is new in one request."""
    return accept_all(connection, [events], now)[0]


def accept_all(
    connection: Connection, requests: Sequence[Sequence[Inbound]], now: datetime
) -> list[Accepted]:
    """Write down what is new in requests; what became of each of them."""
    if not requests:
        return []
    unseen = intake.only_new(connection, map(_key, chain.from_iterable(requests)), now)
    new = [[event for event in events if _is_first(event, unseen)] for events in requests]
    changed = _write(connection, _by_place(chain.from_iterable(new)), now)
    mentions.ignore_said(connection, chain.from_iterable(new), now)
    return [_accepted(*each, changed) for each in zip(requests, new, strict=True)]


def _key(event: Inbound) -> EventKey:
    return event.address.channel, event.address.account, event.event_id


def _is_first(event: Inbound, unseen: set[EventKey]) -> bool:
    """Whether it is new, and the first of its kind: of those that come twice one is taken."""
    is_new = _key(event) in unseen
    unseen.discard(_key(event))
    return is_new


def _by_place(events: Iterable[Inbound]) -> Places:
    """In one order of places, so that no two transactions wait for each other."""
    places = defaultdict(list)
    for event in sorted(events, key=place_of):
        places[place_of(event)].append(event)
    return places


def _write(connection: Connection, places: Places, now: datetime) -> dict[EventKey, int | None]:
    """Write events down; the conversation of each in which there is something to see."""
    plain = [events for events in places.values() if all(map(_is_plain, events))]
    # Those that go by another name now take the long way.
    written = intake.write(connection, [said(events, now) for events in plain], now)
    changed: dict[EventKey, int | None] = {}
    for place, events in places.items():
        for event in events:
            changed[_key(event)] = written[place] if place in written else take(connection, event, now)
    return changed


def _is_plain(event: Inbound) -> bool:
    return event.kind == "message" and not event.start_token and not event.aliases


def _accepted(
    events: Sequence[Inbound], new: Sequence[Inbound], changed: Mapping[EventKey, int | None]
) -> Accepted:
    seen = [conversation for event in new if (conversation := changed[_key(event)]) is not None]
    return Accepted(
        new=len(new),
        known=len(events) - len(new),
        messages=sum(event.kind == "message" for event in new),
        conversations=tuple(dict.fromkeys(seen)),
    )
