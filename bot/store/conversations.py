"""Conversations: found by where they take place, claimed by one worker at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.errors import NotFound
from bot.messages import Address, Inbound
from bot.store import record
from bot.store.rows import Conversation, read
from bot.store.tables import IS_PUBLIC, Moment, aliases, conversations
from bot.store.upsert import insert_new, insert_new_from

# A turn is never put off for longer, and the clocks of two machines never differ by more: what
# lies further ahead was written before the clock was set back, and would be waited for all that time.
LONGEST_REST = timedelta(minutes=1)
SKEW = timedelta(minutes=1)

# Of a thread in which more people write, a colleague's answer silences the bot for the first ones.
MOST_IN_THREAD = 1000

# Statements that every message needs are built once: that takes longer than to execute them.
_ONE = conversations.c.id == bindparam("one")
_LOAD = select(conversations).where(_ONE)
_FIND = select(conversations).where(
    conversations.c.channel == bindparam("channel"),
    conversations.c.account == bindparam("account"),
    conversations.c.key == bindparam("key"),
)
_FIND_AND_HOLD = _FIND.with_for_update()
_IS_ALIAS = and_(aliases.c.channel == bindparam("channel"), aliases.c.account == bindparam("account"))
_BY_ALIAS = (
    select(conversations)
    .join(aliases, aliases.c.conversation_id == conversations.c.id)
    .where(_IS_ALIAS, aliases.c.alias == bindparam("name"))
)
_MOVE_ALIAS = (
    update(aliases)
    .where(
        aliases.c.channel == bindparam("its_channel"),
        aliases.c.account == bindparam("its_account"),
        aliases.c.alias == bindparam("name"),
    )
    .values(conversation_id=bindparam("now_of"))
)
_BY_KEYS = (
    select(conversations)
    .where(
        conversations.c.channel == bindparam("channel"),
        conversations.c.account == bindparam("account"),
        conversations.c.key.in_(bindparam("keys", expanding=True)),
    )
    .order_by(conversations.c.id)
    .limit(1)
)
_IN_THREAD = (
    select(conversations)
    .where(
        conversations.c.channel == bindparam("channel"),
        conversations.c.account == bindparam("account"),
        IS_PUBLIC,
        conversations.c.chat == bindparam("chat"),
        conversations.c.thread == bindparam("thread"),
    )
    .order_by(conversations.c.id)
    .limit(bindparam("most"))
    .with_for_update()
)
_OF_A_START = (
    *("channel", "account", "key", "surface", "chat", "thread", "person", "author"),
    *("created_at", "updated_at"),
)
# In the same statement: a conversation is seldom known by another name, and each start would pay.
START = insert_new_from(
    conversations,
    _OF_A_START,
    select(*(bindparam(name, type_=conversations.c[name].type) for name in _OF_A_START)).where(
        ~exists().where(and_(_IS_ALIAS, aliases.c.alias == bindparam("alias")))
    ),
)
_CHANGE = update(conversations).where(_ONE)
_WAKE = _CHANGE.values(
    due_at=func.coalesce(conversations.c.due_at, bindparam("now")), updated_at=bindparam("now")
)
RECEIVE = _CHANGE.values(
    last_seq=bindparam("seq"),
    due_at=func.coalesce(conversations.c.due_at, bindparam("now")),
    language=func.coalesce(conversations.c.language, bindparam("hint")),
    said_at=bindparam("said", type_=Moment()),
    updated_at=bindparam("now"),
)
_HOLD = _LOAD.with_for_update()
_HOLD_TO_WRITE = _LOAD.with_for_update(key_share=True)
_LOCK = _HOLD.where(conversations.c.lease == bindparam("held"))
_LOAD_ALL = select(conversations).where(conversations.c.id.in_(bindparam("wanted", expanding=True)))
_due_at, _lease_until = conversations.c.due_at, conversations.c.lease_until
_FREE = or_(
    conversations.c.lease.is_(None),
    _lease_until < bindparam("now"),
    _lease_until > bindparam("impossible"),
)
_DUE = (
    select(conversations.c.id)
    .where(
        _due_at.is_not(None),  # else the index of what is due would not be used
        or_(_due_at <= bindparam("now"), _due_at > bindparam("too_far")),
        _FREE,
    )
    .order_by(conversations.c.rank, _due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKEN = conversations.c.id.in_(bindparam("taken", expanding=True))
_TAKE = (
    update(conversations)
    .where(_TAKEN)
    .values(lease=bindparam("by"), lease_until=bindparam("until"), attempts=conversations.c.attempts + 1)
)
_UNSEEN = (conversations.c.lease.is_(None), conversations.c.triaged_at.is_(None))
_WAITING = (
    select(conversations.c.id)
    .where(_due_at <= bindparam("since"), *_UNSEEN)
    .order_by(_due_at)
    .limit(bindparam("most"))
)
_HOLD_UNSEEN = (
    _LOAD_ALL.where(_due_at.is_not(None), *_UNSEEN)
    .order_by(conversations.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_RENEW = (
    update(conversations)
    .where(_TAKEN, conversations.c.lease.in_(bindparam("leases", expanding=True)))
    .values(lease_until=bindparam("until"))
)


def load(connection: Connection, conversation_id: int) -> Conversation:
    """A conversation; raises `NotFound`."""
    row = connection.execute(_LOAD, {"one": conversation_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no conversation {conversation_id}")
    return read(Conversation, row)


def load_all(connection: Connection, ids: Iterable[int]) -> dict[int, Conversation]:
    """Conversations by their ids."""
    rows = connection.execute(_LOAD_ALL, {"wanted": list(ids)}).mappings()
    return {row["id"]: read(Conversation, row) for row in rows}


def find(connection: Connection, address: Address) -> Conversation | None:
    """The conversation at an address, if there is one."""
    return _find(connection, address, _FIND)


def _find(connection: Connection, address: Address, query: Select) -> Conversation | None:
    place = {"channel": address.channel, "account": address.account, "key": address.key}
    row = connection.execute(query, place).mappings().first()
    return read(Conversation, row) if row else None


def locate(connection: Connection, inbound: Inbound, *, hold: bool = False) -> Conversation | None:
    """The conversation that an event belongs to, by whatever name it is called, if there is one."""
    query = _FIND_AND_HOLD if hold else _FIND
    found = _find(connection, inbound.address, query)
    return found or _find_by_names(connection, inbound.address, inbound.aliases)


def find_or_start(connection: Connection, inbound: Inbound, now: datetime) -> Conversation:
    """The conversation that an event belongs to, held for the transaction; the first event starts it."""
    return at(connection, inbound.address, inbound.author, now, names=inbound.aliases)


def at(
    connection: Connection, address: Address, author: str, now: datetime, *, names: tuple[str, ...] = ()
) -> Conversation:
    """The conversation at an address or of one of these names, held; started if there is none."""
    found = _find(connection, address, _FIND_AND_HOLD)
    if found is None and names:
        found = _find_by_names(connection, address, names)
    return found or _start(connection, address, author, now)


def in_thread(connection: Connection, address: Address) -> list[Conversation]:
    """The conversations of all who write in a public thread, held; the first thousand of them."""
    place = {"channel": address.channel, "account": address.account}
    thread = {"chat": address.chat, "thread": address.thread, "most": MOST_IN_THREAD}
    rows = connection.execute(_IN_THREAD, {**place, **thread}).mappings()
    return [read(Conversation, row) for row in rows]


def starting(address: Address, author: str, now: datetime) -> dict[str, object]:
    """What a conversation begins with."""
    return {
        "channel": address.channel,
        "account": address.account,
        "key": address.key,
        "surface": address.surface,
        "chat": address.chat,
        "thread": address.thread,
        "person": address.person,
        "author": author[:200],
        "created_at": now,
        "updated_at": now,
        "alias": address.chat if address.surface == "private" else "",
    }


def _start(connection: Connection, address: Address, author: str, now: datetime) -> Conversation:
    # Somebody else may take the first event of the same conversation in right now.
    connection.execute(START, starting(address, author, now))
    started = _find(connection, address, _FIND_AND_HOLD) or _find_by_names(connection, address, ())
    if started is None:
        raise NotFound("there is no conversation at that address")
    return started


def _find_by_names(connection: Connection, address: Address, names: tuple[str, ...]) -> Conversation | None:
    """The private conversation, held, that goes by one of these names, or once went by its chat's.

    Not one that once went by another of the names: a telephone number may have a new owner, who
    must not read what was said with the last one.
    """
    if address.surface != "private":
        return None
    place = {"channel": address.channel, "account": address.account}
    keys = [f"private/{name}" for name in names]
    row = connection.execute(_BY_KEYS, {**place, "keys": keys}).mappings().first() if keys else None
    if row is None:
        row = connection.execute(_BY_ALIAS, {**place, "name": address.chat}).mappings().first()
    return hold(connection, row["id"]) if row else None


def keep_names(connection: Connection, conversation: Conversation, inbound: Inbound) -> None:
    """Keep the other names of a private chat; the one that its address has now is written to."""
    address = inbound.address
    if conversation.surface != "private":
        return
    others = [alias for alias in inbound.aliases if alias != address.chat]
    if conversation.chat != address.chat:
        others.append(conversation.chat)
        place = {"key": address.key, "chat": address.chat, "person": address.person}
        change(connection, conversation.id, **place)
    for alias in others:
        _call(connection, conversation.id, address, alias)


def _call(connection: Connection, conversation_id: int, address: Address, alias: str) -> None:
    """Let a private chat go by an alias, and no other that once did."""
    channel, account = address.channel, address.account
    moved = {"its_channel": channel, "its_account": account, "name": alias, "now_of": conversation_id}
    if not connection.execute(_MOVE_ALIAS, moved).rowcount:
        row = {"channel": channel, "account": account, "alias": alias}
        insert_new(connection, aliases, **row, conversation_id=conversation_id)


def change(connection: Connection, conversation_id: int, **values: object) -> None:
    """Set columns of a conversation."""
    connection.execute(_CHANGE, {"one": conversation_id, **values})


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
    connection.execute(_WAKE, {"one": conversation_id, "now": now})


def claim(connection: Connection, lease: str, *, now: datetime, until: datetime, most: int = 1) -> list[int]:
    """Take the most urgent conversations, of these the ones due longest, until the lease ends.

    Each time counts as an attempt, for a turn may end the process that takes it.
    """
    moments = {"now": now, "too_far": now + LONGEST_REST, "impossible": until + SKEW}
    ids = list(connection.execute(_DUE, {"most": most, **moments}).scalars())
    if ids:
        connection.execute(_TAKE, {"taken": ids, "by": lease, "until": until})
    return ids


def renew(connection: Connection, leases: Mapping[int, str], until: datetime) -> None:
    """Let leases of conversations end later; one that went to another stays his."""
    taken = {"taken": list(leases), "leases": list(set(leases.values()))}
    connection.execute(_RENEW, {"until": until, **taken})


def waiting(connection: Connection, since: datetime, most: int) -> list[int]:
    """Those whose turn is due since then, whom nobody has taken or looked at; longest first."""
    return list(connection.execute(_WAITING, {"since": since, "most": most}).scalars())


def hold_unseen(connection: Connection, seen: Mapping[int, int]) -> list[Conversation]:
    """Of those whom somebody looked at: the ones whose turn has not begun, whom nobody else has looked at.

    `seen` says up to which number each was read. Where something was said since then, it is another
    conversation now, and where somebody writes right now it will be. Held as by `hold_to_write`.
    """
    rows = connection.execute(_HOLD_UNSEEN, {"wanted": list(seen)}).mappings()
    return [held for held in (read(Conversation, row) for row in rows) if held.last_seq == seen[held.id]]


def change_all(connection: Connection, changes: Sequence[Mapping[str, object]]) -> None:
    """Set columns of conversations, the same ones of each; `one` says of which."""
    connection.execute(_CHANGE, list(changes))


def hold(connection: Connection, conversation_id: int) -> Conversation:
    """A conversation that nobody else changes until the end of the transaction."""
    row = connection.execute(_HOLD, {"one": conversation_id}).mappings().one()
    return read(Conversation, row)


def hold_to_write(connection: Connection, conversation_id: int) -> Conversation:
    """The same for who only writes into it: its record may be written on by others meanwhile.

    Who has written there himself would else wait for somebody who has, too, and waits for him.
    """
    row = connection.execute(_HOLD_TO_WRITE, {"one": conversation_id}).mappings().one()
    return read(Conversation, row)


def lock(connection: Connection, conversation_id: int, lease: str) -> Conversation | None:
    """The same for who has the lease; None if it went to another."""
    row = connection.execute(_LOCK, {"one": conversation_id, "held": lease}).mappings().first()
    return read(Conversation, row) if row else None


def release(
    connection: Connection,
    conversation_id: int,
    *,
    due_at: datetime | None,
    changes: Mapping[str, object] | None = None,
) -> None:
    """End the lease of a turn that ended well; the next is due at `due_at`, or never.

    `changes` are columns that the turn has set besides.
    """
    values: dict[str, Any] = {"rank": 1, "triaged_at": None, "attempts": 0, **(changes or {})}
    change(connection, conversation_id, lease=None, lease_until=None, due_at=due_at, **values)


def postpone(connection: Connection, conversation_id: int, *, due_at: datetime, attempts: int) -> None:
    """End the lease of a turn that failed, so many times by now: it is due again at `due_at`."""
    change(connection, conversation_id, lease=None, lease_until=None, due_at=due_at, attempts=attempts)


def give_back(connection: Connection, conversation_id: int, lease: str, due_at: datetime) -> bool:
    """End a lease with the turn not taken: it is due at `due_at`. False if another holds it."""
    values: dict[str, Any] = {"lease": None, "lease_until": None, "attempts": conversations.c.attempts - 1}
    given_back = connection.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id, conversations.c.lease == lease)
        .values(due_at=due_at, **values)
    )
    return bool(given_back.rowcount == 1)
