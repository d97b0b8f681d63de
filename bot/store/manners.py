"""What was said before to a person: what manners look at. Nothing is asked that no rule limits."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from bot.store import transcript
from bot.store.rows import Conversation
from bot.store.tables import conversations, messages

# Counts look no further back than so many messages of a conversation: they cost the same however
# long it is, and no limit that makes sense lies so high.
REACH = 200

# What the bot says in one turn is written at one moment, in however many pieces.
_TURNS = func.count(messages.c.created_at.distinct())
_BY_BOT = messages.c.author == "bot"
_IN_THREAD = select(_TURNS).where(
    messages.c.conversation_id == bindparam("conversation"),
    messages.c.seq < bindparam("first"),
    messages.c.seq >= bindparam("from"),
    _BY_BOT,
)
_TODAY = (
    select(_TURNS)
    .select_from(conversations.join(messages, messages.c.conversation_id == conversations.c.id))
    .where(
        conversations.c.channel == bindparam("channel"),
        conversations.c.account == bindparam("account"),
        conversations.c.person == bindparam("person"),
        conversations.c.updated_at >= bindparam("since"),
        messages.c.seq > conversations.c.last_seq - bindparam("reach"),
        messages.c.created_at >= bindparam("since"),
        messages.c.created_at < bindparam("until"),
        _BY_BOT,
    )
)
_STOPPED = (
    select(conversations.c.id)
    .where(
        conversations.c.channel == bindparam("channel"),
        conversations.c.account == bindparam("account"),
        conversations.c.person == bindparam("person"),
        conversations.c.stopped_at.is_not(None),
    )
    .order_by(conversations.c.id)
    .limit(REACH)
)
_BEFORE = (
    select(messages.c.created_at)
    .where(messages.c.conversation_id == bindparam("conversation"), messages.c.seq < bindparam("first"))
    .order_by(messages.c.seq.desc())
    .limit(1)
)


class Asks(Struct, frozen=True, kw_only=True):
    """What the manners of a surface need to know; `since` is when the market's day began."""

    in_thread: bool
    today: bool
    silence: bool
    began: bool
    since: datetime
    stopped: bool = False


class Past(Struct, frozen=True, kw_only=True):
    """In how many turns before this one the bot spoke, and when anybody last said something.

    `began` says that it was this person who began the thread. Where we `joined` who spoke of the brand
    without addressing it, `replied` says that this answers a text of ours. `stopped` says that he has
    asked the bot to stop somewhere on this account. What was not asked for is 0, None or False.
    """

    in_thread: int = 0
    today: int = 0
    before: datetime | None = None
    began: bool = False
    joined: bool = False
    replied: bool = False
    stopped: bool = False


def past(connection: Connection, conversation: Conversation, first: int, until: datetime, asks: Asks) -> Past:
    """What was said before message number `first`, which was written at `until`."""
    here = {"conversation": conversation.id, "first": first}
    spoken, is_first = conversation.last_purpose is not None, first == 1
    return Past(
        in_thread=_in_thread(connection, here) if asks.in_thread and spoken else 0,
        today=_today(connection, conversation, until, asks.since) if asks.today else 0,
        before=connection.execute(_BEFORE, here).scalar() if asks.silence and spoken else None,
        stopped=asks.stopped and bool(stopped(connection, conversation)),
        began=asks.began and not spoken and not is_first and _began(connection, conversation),
    )


def _in_thread(connection: Connection, here: dict[str, int]) -> int:
    number: int = connection.execute(_IN_THREAD, {**here, "from": here["first"] - REACH}).scalar_one()
    return number


def _began(connection: Connection, conversation: Conversation) -> bool:
    """Whether the message at the head of the thread is this person's."""
    return transcript.by_platform_id(connection, conversation.id, conversation.thread) is not None


def _today(connection: Connection, conversation: Conversation, until: datetime, since: datetime) -> int:
    values = {**_who(conversation), "since": since, "until": until, "reach": REACH}
    number: int = connection.execute(_TODAY, values).scalar_one()
    return number


def stopped(connection: Connection, conversation: Conversation) -> list[int]:
    """The conversations with the same person, on the same account, in which the bot is to be silent."""
    return list(connection.execute(_STOPPED, _who(conversation)).scalars())


def _who(conversation: Conversation) -> dict[str, str]:
    return {
        "channel": conversation.channel,
        "account": conversation.account,
        "person": conversation.person,
    }
