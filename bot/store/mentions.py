"""Mentions: public posts that speak of the brand and do not address it.

::

    new ──answer──► answered (a case)          new ──► ignored: it came as a message after all,
     ▲ └──dismiss──► dismissed                         or the brand wrote it itself
     └─────restore──────┘

Nothing here begins a conversation or a turn: only an agent does, who answers one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES
from bot.errors import NotFound
from bot.messages import Address, Attachment, Inbound, Register
from bot.store import record
from bot.store.rows import read
from bot.store.tables import conversations, messages
from bot.store.upsert import insert_new
from bot.store.watching_tables import mentions

State = Literal["new", "answered", "dismissed", "ignored"]

# Why there is a case that an agent opened to answer a mention.
REASON = "mention"
# After that nobody answers it any more; what was answered stands in a conversation by then.
KEPT = timedelta(days=30)
# More than fit on a page are for nobody to read.
SHOWN = 200
# From here on a number says only that there are very many.
MANY = 100
# How urgent a mention is until it is read, and the most that it can be.
UNRATED, URGENT = PRIORITIES.index("normal"), 0

_NEW = mentions.c.state == "new"
_LOAD = select(mentions).where(mentions.c.id == bindparam("wanted"))
_OF_RANK = (
    select(mentions)
    .where(_NEW, mentions.c.rank == bindparam("urgency"))
    .order_by(mentions.c.id.desc())
    .limit(bindparam("most"))
)
_SETTLED = (
    select(mentions)
    .where(mentions.c.state == bindparam("wanted"))
    .order_by(mentions.c.settled_at.desc(), mentions.c.id.desc())
    .limit(SHOWN)
)
_COUNT = select(func.count()).select_from(select(mentions.c.id).where(_NEW).limit(MANY).subquery())
_COUNT_URGENT = select(func.count()).select_from(
    select(mentions.c.id).where(_NEW, mentions.c.rank == URGENT).limit(MANY).subquery()
)
# Whatever became of them: asked for the new ones, SQLite would read all that wait.
_BY_POSTS = select(mentions.c.id, mentions.c.channel, mentions.c.account, mentions.c.post_id).where(
    mentions.c.post_id.in_(bindparam("posts", expanding=True))
)
_SAID = (
    select(messages.c.id)
    .select_from(conversations.join(messages, messages.c.conversation_id == conversations.c.id))
    .where(
        conversations.c.channel == bindparam("of_channel"),
        conversations.c.account == bindparam("of_account"),
        conversations.c.person == bindparam("by"),
        messages.c.platform_id == bindparam("post"),
        messages.c.author == "customer",
    )
    .limit(1)
)
_SETTLE = (
    update(mentions)
    .where(mentions.c.id == bindparam("settled"), mentions.c.state == bindparam("before"))
    .values(state=bindparam("after"), settled_at=bindparam("at"), settled_by=bindparam("by"))
)


class Mention(Struct, frozen=True, kw_only=True):
    """A mention with what is known of it; `rank` is the index of a priority, 0 the most urgent.

    `register`, of which the assistant is `confidence` (0 to 1) sure, is None until it is read.
    `due_at` is when that is tried next; None where it was read or could not be.
    """

    id: int
    channel: str
    account: str
    post_id: str
    chat: str
    thread: str
    person: str
    author: str
    text: str
    attachments: tuple[Attachment, ...]
    reply_to: str
    language: str | None
    url: str
    sent_at: datetime | None
    received_at: datetime
    finding: str
    why: str
    register: Register | None
    confidence: float | None
    rank: int
    rated_at: datetime | None
    due_at: datetime | None
    attempts: int
    state: State
    settled_at: datetime | None
    settled_by: int | None
    conversation_id: int | None
    case_id: int | None

    @property
    def said(self) -> tuple[datetime, int]:
        """When it was said, by the platform's clock where it tells, and what came first of one moment."""
        return self.sent_at or self.received_at, self.id

    @property
    def address(self) -> Address:
        """Where a reply goes."""
        return Address(
            channel=self.channel,
            account=self.account,
            surface="public",
            chat=self.chat,
            person=self.person,
            thread=self.thread,
        )


class Counts(Struct, frozen=True, kw_only=True):
    """How many wait for somebody to look, and how many of them are urgent; up to `MANY`."""

    new: int = 0
    urgent: int = 0

    @property
    def new_told(self) -> str:
        """How many, as a badge tells it."""
        return str(self.new) if self.new < MANY else f"{MANY - 1}+"


def take(connection: Connection, event: Inbound, now: datetime) -> None:
    """Write a mention down, to be read; not one that has come as a message, or that another account found.

    Two agents could answer the latter.
    """
    address = event.address
    values = {
        "channel": address.channel,
        "account": address.account,
        "post_id": event.message_id,
        "chat": address.chat,
        "thread": address.thread,
        "person": address.person,
        "author": event.author[:200],
        "text": event.text,
        "attachments": msgspec.to_builtins(event.attachments),
        "reply_to": event.reply_to,
        "language": event.language[:2].lower() if event.language else None,
        "url": event.url,
        "page": hashlib.sha256(event.url.encode(errors="replace")).hexdigest() if event.url else None,
        "sent_at": event.sent_at,
        "received_at": now,
        "rank": UNRATED,
        "due_at": now,
        "state": "new",
    }
    if not _is_said(connection, address, event.message_id):
        insert_new(connection, mentions, **values)


def ignore_said(connection: Connection, events: Iterable[Inbound], now: datetime) -> None:
    """What came as a public message addresses the brand, and is no mention any more."""
    said = {
        (event.address.channel, event.address.account, event.message_id)
        for event in events
        if event.kind == "message" and event.address.surface == "public"
    }
    if not said:
        return
    for row in connection.execute(_BY_POSTS, {"posts": sorted({post for _, _, post in said})}).all():
        if (row.channel, row.account, row.post_id) in said:
            ignore(connection, row.id, now)


def ignore(connection: Connection, mention_id: int, now: datetime) -> None:
    """Take a mention off the list without anybody's doing; nobody reads it any more."""
    if settle(connection, mention_id, "new", "ignored", agent_id=None, now=now):
        # Else those that wait to be read would be looked for among all that were ignored.
        connection.execute(update(mentions).where(mentions.c.id == mention_id).values(due_at=None))


def is_message(connection: Connection, mention: Mention) -> bool:
    """Whether the post has come as a message by now."""
    return _is_said(connection, mention.address, mention.post_id)


def is_joined(connection: Connection, conversation_id: int, post_id: str) -> bool:
    """Whether a message of a conversation is a mention, whose author has not addressed us."""
    query = select(mentions.c.id).filter_by(post_id=post_id, conversation_id=conversation_id)
    return connection.execute(query).first() is not None


def load(connection: Connection, mention_id: int) -> Mention:
    """A mention; raises `NotFound`."""
    row = connection.execute(_LOAD, {"wanted": mention_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no mention {mention_id}")
    return read(Mention, row)


def waiting(connection: Connection) -> list[Mention]:
    """Those that nobody has seen to: the gravest first, and of these the newest."""
    found: list[Mention] = []
    for rank in range(len(PRIORITIES)):
        rows = connection.execute(_OF_RANK, {"urgency": rank, "most": SHOWN - len(found)}).mappings()
        # Searches find the newest first: in the order of arrival it would stand last.
        found += sorted((read(Mention, row) for row in rows), key=lambda it: it.said, reverse=True)
    return found


def settled(connection: Connection, state: State) -> list[Mention]:
    """Those that were answered or dismissed, the latest first."""
    rows = connection.execute(_SETTLED, {"wanted": state}).mappings()
    return [read(Mention, row) for row in rows]


def counts(connection: Connection) -> Counts:
    """How many wait."""
    new: int = connection.execute(_COUNT).scalar_one()
    urgent: int = connection.execute(_COUNT_URGENT).scalar_one() if new else 0
    return Counts(new=new, urgent=urgent)


def settle(
    connection: Connection,
    mention_id: int,
    before: State,
    after: State,
    *,
    agent_id: int | None,
    now: datetime,
) -> bool:
    """Move a mention on; False if somebody was faster. A state that an agent gave is in the record."""
    values = {"settled": mention_id, "before": before, "after": after, "at": now, "by": agent_id}
    moved = bool(connection.execute(_SETTLE, values).rowcount)
    if moved and agent_id and after != "answered":
        action = "mention_dismissed" if after == "dismissed" else "mention_restored"
        record.write(connection, action, actor=record.agent_actor(agent_id), at=now, mention=mention_id)
    return moved


def lead_to(connection: Connection, mention_id: int, conversation_id: int, case_id: int) -> None:
    """Remember where a mention is answered."""
    values = {"conversation_id": conversation_id, "case_id": case_id}
    connection.execute(update(mentions).where(mentions.c.id == mention_id).values(**values))


def _is_said(connection: Connection, address: Address, post_id: str) -> bool:
    place = {"of_channel": address.channel, "of_account": address.account, "by": address.person}
    return connection.execute(_SAID, {**place, "post": post_id}).first() is not None
