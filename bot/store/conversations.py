"""Conversations: found by where they take place, claimed by one worker at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.errors import NotFound
from bot.messages import Address, Inbound
from bot.store import record
from bot.store.rows import Conversation, read
from bot.store.tables import conversations


def load(connection: Connection, conversation_id: int) -> Conversation:
    """A conversation; raises `NotFound`."""
    query = select(conversations).where(conversations.c.id == conversation_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return read(Conversation, row)


def find(connection: Connection, address: Address) -> Conversation | None:
    """The conversation at an address, if there is one."""
    query = select(conversations).where(
        conversations.c.channel == address.channel,
        conversations.c.account == address.account,
        conversations.c.key == address.key,
    )
    row = connection.execute(query).mappings().first()
    return read(Conversation, row) if row else None


def find_or_start(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """The conversation that an event belongs to; the first event starts it."""
    found = find(connection, inbound.address)
    if found:
        return found
    address = inbound.address
    result = connection.execute(
        insert(conversations).values(
            channel=address.channel,
            account=address.account,
            key=address.key,
            surface=address.surface,
            chat=address.chat,
            thread=address.thread,
            person=address.person,
            author=inbound.author[:200],
            created_at=now,
            updated_at=now,
        )
    )
    return load(connection, result.inserted_primary_key[0])


def change(connection: Connection, conversation_id: int, **values: object) -> None:
    """Set columns of a conversation."""
    connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values))


def flag(
    connection: Connection,
    conversation_id: int,
    *,
    name: str,
    on: bool,
    actor: str,
    now: datetime,
) -> None:
    """Set or clear a state that agents see: `stopped`, `unreachable` or `abusive`."""
    change(connection, conversation_id, **{f"{name}_at": now if on else None}, updated_at=now)
    record.write(
        connection,
        name if on else f"not_{name}",
        actor=actor,
        at=now,
        conversation_id=conversation_id,
    )


def wake(connection: Connection, conversation_id: int, now: datetime) -> None:
    """Say that a turn is due; one that is due already keeps its place."""
    connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(due_at=func.coalesce(conversations.c.due_at, now), updated_at=now)
    )


def claim(connection: Connection, lease: str, *, now: datetime, until: datetime) -> int | None:
    """Take the most urgent conversation, of these the one due longest, until the lease ends."""
    free = or_(conversations.c.lease.is_(None), conversations.c.lease_until < now)
    due = (
        select(conversations.c.id)
        .where(conversations.c.due_at <= now, free)
        .order_by(conversations.c.rank, conversations.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    conversation_id: int | None = connection.execute(due).scalar()
    if conversation_id is not None:
        change(connection, conversation_id, lease=lease, lease_until=until)
    return conversation_id


def waiting(connection: Connection, since: datetime, most: int) -> list[int]:
    """Those whose turn is due since then, whom nobody has taken or looked at; longest first."""
    query = select(conversations.c.id).where(
        conversations.c.due_at <= since,
        conversations.c.lease.is_(None),
        conversations.c.triaged_at.is_(None),
    )
    return list(connection.execute(query.order_by(conversations.c.due_at).limit(most)).scalars())


def triage(connection: Connection, conversation_id: int, *, rank: int, now: datetime) -> bool:
    """Write down that somebody looked, and how urgent it is; False if the turn has begun."""
    marked = connection.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation_id,
            conversations.c.due_at.is_not(None),
            conversations.c.lease.is_(None),
            conversations.c.triaged_at.is_(None),
        )
        .values(rank=rank, triaged_at=now)
    )
    return bool(marked.rowcount == 1)


def lock(connection: Connection, conversation_id: int, lease: str) -> bool:
    """Hold the row until the end of the transaction; False if the lease went to another."""
    query = (
        select(conversations.c.id)
        .where(conversations.c.id == conversation_id, conversations.c.lease == lease)
        .with_for_update()
    )
    return connection.execute(query).first() is not None


def release(connection: Connection, conversation_id: int, *, due_at: datetime | None) -> None:
    """End the lease; a turn is due again at `due_at`, or never."""
    change(connection, conversation_id, lease=None, lease_until=None, due_at=due_at)


def give_back(connection: Connection, conversation_id: int, lease: str, due_at: datetime) -> None:
    """End a lease, if it still holds, with the turn not taken: it is due at `due_at`."""
    if lock(connection, conversation_id, lease):
        release(connection, conversation_id, due_at=due_at)
