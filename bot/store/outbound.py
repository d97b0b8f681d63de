"""What becomes of our own texts: queued, sent, delivered, read, failed, dropped or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Connection

from bot.store.rows import Delivery, Line, read
from bot.store.tables import Moment, conversations, messages

# From which states a text of ours gets to another: platforms tell late, twice and out of order.
_BEFORE: Mapping[str, tuple[Delivery, ...]] = {
    "sent": ("queued", "unknown"),
    "delivered": ("queued", "unknown", "sent", "failed"),
    "read": ("queued", "unknown", "sent", "delivered", "failed"),
    "failed": ("queued", "unknown", "sent"),
    "unknown": ("queued",),
    "dropped": ("queued",),
}
_CHANGE = (
    update(messages)
    .where(messages.c.id == bindparam("advanced"))
    .values(
        delivery_reason=bindparam("why"),
        platform_id=func.coalesce(bindparam("known_as"), messages.c.platform_id),
        sent_at=func.coalesce(messages.c.sent_at, bindparam("set_out_at", type_=Moment())),
    )
)
_ADVANCE = {
    state: _CHANGE.where(messages.c.delivery.in_(before)).values(delivery=state)
    for state, before in _BEFORE.items()
}
_SENT = _CHANGE.values(delivery="sent")
_NOT_SENT = (
    select(messages.c.id)
    .where(messages.c.id.in_(bindparam("told_of", expanding=True)), messages.c.delivery.in_(_BEFORE["sent"]))
    .order_by(messages.c.id)
    .with_for_update(key_share=True)
)
_IS_OURS = messages.c.author.in_(("bot", "agent"))
_OURS_BY_PLATFORM_ID = select(messages).where(
    messages.c.conversation_id == bindparam("conversation"),
    messages.c.platform_id == bindparam("wanted"),
    _IS_OURS,
)
_OURS_BY_ID = (
    select(messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        messages.c.id == bindparam("wanted"),
        _IS_OURS,
        conversations.c.channel == bindparam("of_channel"),
        conversations.c.account == bindparam("of_account"),
    )
)
# A platform tells of what was read soon after; a whole conversation is never gone through.
_LATEST = (
    select(messages.c.id)
    .where(messages.c.conversation_id == bindparam("conversation"))
    .order_by(messages.c.seq.desc())
    .limit(50)
)
_ADVANCE_UNTIL = {
    state: update(messages)
    .where(
        messages.c.id.in_(_LATEST.scalar_subquery()),
        _IS_OURS,
        messages.c.delivery.in_(before),
        func.coalesce(messages.c.sent_at, messages.c.created_at) <= bindparam("until", type_=Moment()),
    )
    .values(delivery=state)
    for state, before in {"delivered": ("sent",), "read": ("sent", "delivered")}.items()
}
_LATEST_OF_OURS = select(messages).where(messages.c.id.in_(_LATEST.scalar_subquery()), _IS_OURS)
# As far back, of many conversations at once.
_LATEST_OF_OURS_IN = (
    select(messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        conversations.c.id.in_(bindparam("talks", expanding=True)),
        messages.c.seq > conversations.c.last_seq - 50,
        _IS_OURS,
    )
    .order_by(messages.c.conversation_id, messages.c.seq)
)
_REPLIED_IN_PRIVATE = (
    select(messages.c.id)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.reply_to == bindparam("wanted"),
        messages.c.in_private,
    )
    .limit(1)
)
_EXPLAIN = (
    update(messages).where(messages.c.id == bindparam("explained")).values(delivery_reason=bindparam("why"))
)


def advance(
    connection: Connection,
    message_id: int,
    delivery: Delivery,
    *,
    reason: str | None = None,
    platform_id: str | None = None,
    set_out_at: datetime | None = None,
) -> bool:
    """Say what became of a text of ours, never backwards; False if it has come as far or further."""
    values = _advanced(message_id, platform_id, set_out_at, reason)
    return bool(connection.execute(_ADVANCE[delivery], values).rowcount == 1)


def all_sent(connection: Connection, receipts: Mapping[int, tuple[str, datetime]]) -> set[int]:
    """Say that texts of ours were sent, each under the platform's id, and when; of which that is news."""
    if len(receipts) > 1:
        news = set(connection.execute(_NOT_SENT, {"told_of": list(receipts)}).scalars())
        if news:
            connection.execute(_SENT, [_advanced(each, *receipts[each]) for each in news])
        return news
    return {
        each
        for each, (platform_id, set_out_at) in receipts.items()
        if advance(connection, each, "sent", platform_id=platform_id, set_out_at=set_out_at)
    }


def _advanced(
    message_id: int, platform_id: str | None, set_out_at: datetime | None, reason: str | None = None
) -> dict[str, object]:
    values = {"why": reason, "known_as": platform_id or None, "set_out_at": set_out_at}
    return {"advanced": message_id, **values}


def explain(connection: Connection, message_id: int, reason: str) -> None:
    """Say why it is not known yet what becomes of an outbound message."""
    connection.execute(_EXPLAIN, {"explained": message_id, "why": reason})


def advance_until(connection: Connection, conversation_id: int, delivery: str, until: datetime) -> bool:
    """The same for all that had set out by a moment; False if nothing has changed."""
    values = {"conversation": conversation_id, "until": until}
    return bool(connection.execute(_ADVANCE_UNTIL[delivery], values).rowcount)


def ours_by_platform_id(connection: Connection, conversation_id: int, platform_id: str) -> Line | None:
    """The text of ours of that platform id, if there is one."""
    values = {"conversation": conversation_id, "wanted": platform_id}
    row = connection.execute(_OURS_BY_PLATFORM_ID, values).mappings().first()
    return read(Line, row) if row else None


def ours_by_id(connection: Connection, message_id: int, *, channel: str, account: str) -> Line | None:
    """The text of ours of that number, if there is one and that account sends it."""
    values = {"wanted": message_id, "of_channel": channel, "of_account": account}
    row = connection.execute(_OURS_BY_ID, values).mappings().first()
    return read(Line, row) if row else None


def latest_of_ours(connection: Connection, conversation_id: int) -> list[Line]:
    """The texts of ours among the last messages, oldest first."""
    rows = connection.execute(_LATEST_OF_OURS, {"conversation": conversation_id}).mappings()
    return sorted((read(Line, row) for row in rows), key=lambda line: line.seq)


def latest_of_ours_in(connection: Connection, conversation_ids: Iterable[int]) -> list[Line]:
    """The same for many conversations, one after the other, in one statement."""
    rows = connection.execute(_LATEST_OF_OURS_IN, {"talks": list(conversation_ids)}).mappings()
    return [read(Line, row) for row in rows]


def is_replied_in_private(connection: Connection, conversation_id: int, platform_id: str) -> bool:
    """Whether the author of a public message was written to in private because of it."""
    values = {"conversation": conversation_id, "wanted": platform_id}
    return connection.execute(_REPLIED_IN_PRIVATE, values).first() is not None


def requeue(connection: Connection, message_id: int) -> bool:
    """Queue a message again that did not reach the customer; False if it is on its way or there."""
    result = connection.execute(
        update(messages)
        .where(messages.c.id == message_id, messages.c.delivery.in_(("failed", "unknown")))
        .values(delivery="queued", delivery_reason=None)
    )
    return bool(result.rowcount == 1)
