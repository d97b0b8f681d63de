"""What the database says was handled and sent, against what arrived on the platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from bench.harness.platform import Heard
from bot.store.tables import conversations, messages

_CUSTOMER = messages.c.author == "customer"
_SPEAKS = messages.c.author.in_(("bot", "agent"))


class Ledger(Struct, frozen=True, kw_only=True):
    """The account of a stream.

    Of people's messages: `stored`, `handled`, and `without_outcome`, those of conversations that
    were neither answered nor handed over. Of the product's texts: `sent`, `unsent` (queued, failed
    or unknown), `unheard` (sent by the database's word, and never arrived) and `doubled` (arrived
    more often than the database knows, or said in more turns than there were messages).
    """

    stored: int
    handled: int
    without_outcome: int
    sent: int
    unsent: int
    unheard: int
    doubled: int

    def lost(self, accepted: int) -> int:
        """What was accepted and not handled, and texts that did not arrive."""
        return max(accepted - self.handled, 0) + self.unsent + self.unheard


def is_settled(database_url: str, accepted: int) -> bool:
    """Whether so many messages are handled and nothing waits to be sent."""
    engine = create_engine(database_url, future=True, poolclass=NullPool)
    with engine.connect() as connection:
        handled = _count(connection, _CUSTOMER & messages.c.handled_at.is_not(None))
        return handled >= accepted and not _count(connection, messages.c.delivery == "queued")


def reconcile(database_url: str, heard: Mapping[int, Sequence[Heard]]) -> Ledger:
    """Draw up the account as it stands; `heard` is what arrived, by chat."""
    engine = create_engine(database_url, future=True, poolclass=NullPool)
    with engine.connect() as connection:
        arrived = Counter((str(it.chat), it.message_id) for texts in heard.values() for it in texts)
        sent = _sent(connection)
        return Ledger(
            stored=_count(connection, _CUSTOMER),
            handled=_count(connection, _CUSTOMER & messages.c.handled_at.is_not(None)),
            without_outcome=_without_outcome(connection),
            sent=sum(sent.values()),
            unsent=_count(connection, _SPEAKS & (messages.c.delivery != "sent")),
            unheard=sum((sent - arrived).values()),
            doubled=sum((arrived - sent).values()) + _said_twice(connection),
        )


def _sent(connection: Connection) -> Counter[tuple[str, str]]:
    query = (
        select(conversations.c.chat, messages.c.platform_id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(_SPEAKS, messages.c.delivery == "sent")
    )
    return Counter((chat, number) for chat, number in connection.execute(query))


def _without_outcome(connection: Connection) -> int:
    """Messages of conversations that have neither a case nor more than an acknowledgement."""
    outcome = select(messages.c.conversation_id).where(_SPEAKS, messages.c.purpose != "acknowledge")
    left = select(conversations.c.id).where(
        conversations.c.case_id.is_(None), conversations.c.id.not_in(outcome)
    )
    return _count(connection, _CUSTOMER & messages.c.conversation_id.in_(left))


def _said_twice(connection: Connection) -> int:
    """Turns beyond the messages of their conversation. What a turn says is written at one moment."""
    asked = dict(_per_conversation(connection, func.count(), _CUSTOMER))
    is_answer = _SPEAKS & (messages.c.purpose != "acknowledge")
    said = _per_conversation(connection, func.count(messages.c.created_at.distinct()), is_answer)
    return sum(max(turns - asked.get(conversation, 0), 0) for conversation, turns in said)


def _per_conversation(connection: Connection, what: object, which: object) -> list[tuple[int, int]]:
    query = select(messages.c.conversation_id, what).where(which).group_by(messages.c.conversation_id)
    return [(conversation, number) for conversation, number in connection.execute(query)]


def _count(connection: Connection, which: object) -> int:
    number: int = connection.execute(select(func.count()).select_from(messages).where(which)).scalar_one()
    return number
