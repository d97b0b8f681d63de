"""What waits to be sent: in order per conversation, claimed by one deliverer at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct
from sqlalchemy import and_, bindparam, delete, exists, func, insert, null, or_, select, update
from sqlalchemy import case as when
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.messages import Outbound, Surface
from bot.store import conversations, outbound, tables, transcript
from bot.store.rows import Conversation, Line
from bot.store.tables import outbox

# No message is put off for longer at once, and the clocks of two machines never differ by more:
# what lies further ahead was written before the clock was set back.
LONGEST_REST = timedelta(minutes=10)
SKEW = timedelta(minutes=1)
# More than that nobody says of a text within the moment until its receipt is written down.
MOST_EARLY = 20

# What a platform may say of a text.
Known = Literal["sent", "delivered", "read", "failed"]

_earlier = outbox.alias("earlier")
# Not "none is earlier": PostgreSQL would compare all that waits with all that waits.
_IS_FIRST = (
    outbox.c.message_id
    == select(func.min(_earlier.c.message_id))
    .where(_earlier.c.conversation_id == outbox.c.conversation_id)
    .correlate(outbox)
    .scalar_subquery()
)
_FREE = or_(
    outbox.c.lease.is_(None),
    outbox.c.lease_until < bindparam("now"),
    outbox.c.lease_until > bindparam("impossible"),
)
_CLAIMABLE = (
    select(outbox)
    .where(_FREE, _IS_FIRST)
    .order_by(outbox.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
)
_DUE = _CLAIMABLE.where(outbox.c.due_at <= bindparam("now"))
# By itself: as one condition with the above, SQLite would go through all that waits.
_TOO_FAR = _CLAIMABLE.where(outbox.c.due_at > bindparam("too_far"))
_TAKE = (
    update(outbox)
    .where(outbox.c.message_id.in_(bindparam("taken", expanding=True)))
    .values(lease=bindparam("by"), lease_until=bindparam("until"))
)
_RELEASE = update(outbox).where(outbox.c.lease == bindparam("held")).values(lease=None, lease_until=None)
_TAKE_FIRST = _TAKE.where(_IS_FIRST)
_TAKEN = select(outbox.c.message_id).where(
    outbox.c.message_id.in_(bindparam("taken", expanding=True)), outbox.c.lease == bindparam("by")
)
_INSERT = insert(outbox)
_IS_IT = outbox.c.message_id == bindparam("wanted")
_EARLY = select(outbox.c.early).where(_IS_IT).with_for_update()
_DELETE_TAKEN = delete(outbox).where(
    outbox.c.message_id.in_(bindparam("sent", expanding=True)),
    outbox.c.lease.in_(bindparam("leases", expanding=True)),
    outbox.c.early.is_(null()),
)
_LEFT = select(outbox.c.message_id).where(outbox.c.message_id.in_(bindparam("sent", expanding=True)))
_IN_FLIGHT = (
    select(outbox.c.message_id, outbox.c.early)
    .where(
        outbox.c.conversation_id == bindparam("talk"),
        or_(outbox.c.lease.is_not(None), outbox.c.echo_by.is_not(None)),
    )
    .order_by(outbox.c.message_id)
    .limit(1)
    .with_for_update()
)
_REMEMBER = update(outbox).where(_IS_IT).values(early=bindparam("said"))
_AWAIT_ECHO = (
    update(outbox)
    .where(_IS_IT, outbox.c.lease == bindparam("held"))
    .values(lease=None, lease_until=None, due_at=bindparam("until"), echo_by=bindparam("until"))
)
_UNSENT_OF_BOT = (
    select(outbox.c.message_id)
    .join(tables.messages, tables.messages.c.id == outbox.c.message_id)
    .where(
        outbox.c.conversation_id == bindparam("talk"),
        outbox.c.lease.is_(None),
        outbox.c.echo_by.is_(None),
        tables.messages.c.author == "bot",
        tables.messages.c.delivery == "queued",
    )
    .order_by(outbox.c.message_id)
    .with_for_update(of=outbox)
)
_WITH_TEXTS = (
    select(outbox.c.conversation_id)
    .where(outbox.c.conversation_id.in_(bindparam("talks", expanding=True)))
    .distinct()
)
_DELETE = delete(outbox).where(outbox.c.message_id == bindparam("done"))
_CONVERSATION = (
    select(_earlier.c.conversation_id).where(_earlier.c.message_id == bindparam("first")).scalar_subquery()
)
_HOLD_BACK = (
    update(outbox)
    .where(
        outbox.c.conversation_id == _CONVERSATION,
        outbox.c.message_id > bindparam("first"),
        outbox.c.due_at < bindparam("due"),
    )
    .values(due_at=bindparam("due"))
)
_talks = tables.conversations
_OF_ACCOUNT = exists().where(
    and_(
        _talks.c.id == outbox.c.conversation_id,
        _talks.c.channel == bindparam("of_channel"),
        _talks.c.account == bindparam("of_account"),
        _talks.c.surface.in_(bindparam("on", expanding=True)),
    )
)
_REST = (
    update(outbox)
    .where(outbox.c.due_at < bindparam("due"), outbox.c.lease.is_(None), _OF_ACCOUNT)
    .values(due_at=when((outbox.c.deadline < bindparam("due"), outbox.c.deadline), else_=bindparam("due")))
)


class Early(Struct, frozen=True, kw_only=True):
    """What a platform said of a text before it answered the request that sent it.

    Of the text `message_id`, or of all up to the moment `until`.
    """

    kind: Known
    message_id: str = ""
    until: datetime | None = None
    reason: str = ""


class Claim(Struct, frozen=True, kw_only=True):
    """What texts are claimed under: a lease that ends at a moment, by our clock and by the stopwatch.

    Nobody sets the stopwatch back, which only this process has.
    """

    lease: str
    until: datetime
    stopwatch: float


class Queued(Struct, frozen=True, kw_only=True):
    """A text that waits to be sent, from `due_at` until `deadline`.

    `since` is when the customer wrote to whom it is the first response.
    """

    line: Line
    due_at: datetime
    deadline: datetime
    since: datetime | None = None


class Parcel(Struct, frozen=True, kw_only=True):
    """A message on its way.

    `interrupted` says that an earlier attempt was begun and its outcome never written down.
    `lease` is that under which it was claimed. `since` is when the customer wrote to whom it is the
    first response. Of one that may have arrived, the echo is waited for until `echo_by`, and
    `doubt` says why. `has_failed` is why the platform did not deliver what it had accepted.
    """

    outbound: Outbound
    conversation: Conversation
    attempts: int
    deadline: datetime
    interrupted: bool
    lease: str
    since: datetime | None = None
    echo_by: datetime | None = None
    doubt: str = ""
    has_failed: str | None = None


def put(
    connection: Connection, line: Line, *, now: datetime, deadline: datetime, since: datetime | None = None
) -> None:
    """Queue a message for sending; see `Queued`."""
    put_all(connection, [Queued(line=line, due_at=now, deadline=deadline, since=since)])


def put_all(connection: Connection, texts: Sequence[Queued]) -> None:
    """Queue texts for sending."""
    if texts:
        connection.execute(_INSERT, [_row(text) for text in texts])


def claim(
    connection: Connection, lease: str, *, now: datetime, until: datetime, most: int = 1
) -> list[Parcel]:
    """Take the messages that are due longest, until the lease ends.

    A message waits for the earlier ones of its conversation.
    """
    moments = {"now": now, "too_far": now + LONGEST_REST, "impossible": until + SKEW}
    rows = _rows(connection, _DUE, most, moments) or _rows(connection, _TOO_FAR, most, moments)
    if not rows:
        return []
    ids = [row["message_id"] for row in rows]
    connection.execute(_TAKE, {"taken": ids, "by": lease, "until": until})
    lines = transcript.load_all(connection, ids)
    talks = conversations.load_all(connection, [row["conversation_id"] for row in rows])
    return [_parcel(row, lines[row["message_id"]], talks[row["conversation_id"]], lease) for row in rows]


def claim_new(
    connection: Connection, texts: Sequence[tuple[Queued, Conversation]], claim: Claim
) -> list[Parcel]:
    """Take texts that were queued just now, but for those before which others of their conversation wait."""
    if not texts:
        return []
    ids = [text.line.id for text, _ in texts]
    ours = {"taken": ids, "by": claim.lease}
    taken = connection.execute(_TAKE_FIRST, {**ours, "until": claim.until}).rowcount
    if taken < len(ids):
        ids = list(connection.execute(_TAKEN, ours).scalars()) if taken else []
    return [_new_parcel(text, talk, claim) for text, talk in texts if text.line.id in ids]


def done(connection: Connection, message_id: int) -> None:
    """Take a message out: it was sent, or never will be."""
    connection.execute(_DELETE, {"done": message_id})


def taken(connection: Connection, sent: Mapping[int, str]) -> dict[int, list[Early]]:
    """Take out messages that were sent, each under its lease; what the platform had said of them before."""
    ours = {"sent": list(sent), "leases": list(set(sent.values()))}
    if connection.execute(_DELETE_TAKEN, ours).rowcount == len(sent):
        return {}
    left = list(connection.execute(_LEFT, {"sent": list(sent)}).scalars())
    return {message_id: settle(connection, message_id, sent[message_id]) for message_id in left}


def settle(connection: Connection, message_id: int, lease: str | None = None) -> list[Early]:
    """Take out a message that arrived, whoever has it, or only under a lease; what was said of it."""
    query = _EARLY if lease is None else _EARLY.where(outbox.c.lease == lease)
    row = connection.execute(query, {"wanted": message_id}).first()
    if row is None:
        return []
    done(connection, message_id)
    return _said(row)


def remember(connection: Connection, conversation_id: int, early: Early) -> bool:
    """Keep what was said of a text that is not known, if one is on its way there; False if none is."""
    row = connection.execute(_IN_FLIGHT, {"talk": conversation_id}).first()
    if row is None:
        return False
    said = [*_said(row), early][-MOST_EARLY:]
    connection.execute(_REMEMBER, {"wanted": row.message_id, "said": msgspec.to_builtins(said)})
    return True


def with_texts(connection: Connection, conversation_ids: Iterable[int]) -> set[int]:
    """The conversations of which a text waits to be sent."""
    return set(connection.execute(_WITH_TEXTS, {"talks": list(conversation_ids)}).scalars())


def await_echo(connection: Connection, message_id: int, lease: str, *, until: datetime, doubt: str) -> None:
    """Wait until then for the platform to say that a message arrived; the next ones wait behind it."""
    values = {"wanted": message_id, "held": lease, "until": until}
    if connection.execute(_AWAIT_ECHO, values).rowcount:
        outbound.explain(connection, message_id, doubt)


def put_failed(connection: Connection, line: Line, now: datetime) -> None:
    """Let a human see to a text that was accepted and never delivered."""
    put(connection, line, now=now, deadline=now)


def drop(connection: Connection, conversation_id: int) -> list[int]:
    """Take out the texts of the bot's that have not set out; which they were."""
    unsent = list(connection.execute(_UNSENT_OF_BOT, {"talk": conversation_id}).scalars())
    for message_id in unsent:
        done(connection, message_id)
    return unsent


def later(connection: Connection, message_id: int, lease: str, due_at: datetime) -> None:
    """Try again at `due_at`, unless the lease went to another."""
    _give_back(connection, message_id, lease, due_at=due_at, attempts=outbox.c.attempts + 1)


def postpone(connection: Connection, message_id: int, lease: str, due_at: datetime) -> None:
    """Give a message back unsent, because its account or chat must not be written to yet."""
    _give_back(connection, message_id, lease, due_at=due_at)


def release(connection: Connection, lease: str) -> None:
    """End a lease under which nothing was sent, whatever it holds."""
    connection.execute(_RELEASE, {"held": lease})


def rest(
    connection: Connection, channel: str, account: str, due_at: datetime, surface: Surface | None = None
) -> None:
    """Put off all that waits for an account, or for one surface, which must not be used until then.

    What has to be given up earlier is due at its deadline.
    """
    where = {"of_channel": channel, "of_account": account, "on": [surface] if surface else get_args(Surface)}
    connection.execute(_REST, {**where, "due": due_at})


def _rows(connection: Connection, query: Select, most: int, moments: Mapping[str, datetime]) -> list[Any]:
    return list(connection.execute(query, {"most": most, **moments}).mappings())


def _give_back(
    connection: Connection, message_id: int, lease: str, due_at: datetime, **values: object
) -> None:
    ours = update(outbox).where(outbox.c.message_id == message_id, outbox.c.lease == lease)
    given = connection.execute(ours.values(lease=None, lease_until=None, due_at=due_at, **values))
    if given.rowcount:
        # Those behind it wait as long: else each look for what is due would go through them all.
        connection.execute(_HOLD_BACK, {"first": message_id, "due": due_at})


def _parcel(row: Mapping[Any, Any], line: Line, conversation: Conversation, lease: str) -> Parcel:
    return Parcel(
        outbound=_outbound(line, conversation),
        conversation=conversation,
        attempts=row["attempts"],
        deadline=row["deadline"],
        interrupted=row["lease"] is not None,
        lease=lease,
        since=row["since"],
        echo_by=row["echo_by"],
        doubt=line.delivery_reason or "",
        has_failed=(line.delivery_reason or "") if line.delivery == "failed" else None,
    )


def _new_parcel(text: Queued, conversation: Conversation, claim: Claim) -> Parcel:
    return Parcel(
        outbound=_outbound(text.line, conversation),
        conversation=conversation,
        attempts=0,
        deadline=text.deadline,
        interrupted=False,
        lease=claim.lease,
        since=text.since,
    )


def _row(text: Queued) -> dict[str, object]:
    line, moments = text.line, {"due_at": text.due_at, "deadline": text.deadline, "since": text.since}
    return {"message_id": line.id, "conversation_id": line.conversation_id, **moments}


def _said(row: Any) -> list[Early]:
    return msgspec.convert(row.early or [], list[Early])


def _outbound(line: Line, conversation: Conversation) -> Outbound:
    return Outbound(
        id=line.id,
        address=conversation.address,
        text=line.text,
        purpose=line.purpose or "answer",
        buttons=line.buttons,
        reply_to=line.reply_to,
        template=line.template,
        in_private=line.in_private,
        language=conversation.language,
    )
