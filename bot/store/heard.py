"""How much customers write to each account: counted by quarters of an hour, a while after they wrote.

Accepting a message must not wait for a count that all others change, too. So one process counts
afterwards what has come since it counted last, by the numbers of messages, each of them once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.store import watches
from bot.store.tables import conversations, messages
from bot.store.upsert import insert_new
from bot.store.watches import Key
from bot.store.watching_tables import heard, progress

JOB = "heard"
QUARTER = timedelta(minutes=15)
# As long as this a message may be on its way into the database, with a number that was given before.
ON_THE_WAY = timedelta(seconds=10)
# So many numbers in one transaction of some 10 ms, which others wait for.
AT_ONCE = 1000
# Who has not looked for longer was away: what he did not hear then tells nothing.
AWAY = timedelta(minutes=5)

Span = tuple[datetime, datetime]

_LAST = select(func.max(messages.c.id))
_NEXT = (
    select(
        messages.c.id,
        messages.c.author,
        messages.c.created_at,
        conversations.c.channel,
        conversations.c.account,
    )
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.id > bindparam("after"), messages.c.id <= bindparam("upto"))
    .order_by(messages.c.id)
)


def listen(connection: Connection, now: datetime) -> bool:
    """Count what is next; whether there may be more at once."""
    upto = _upto(connection, now)
    last = connection.execute(_LAST).scalar() or 0
    rows = connection.execute(_NEXT, {"after": upto, "upto": upto + AT_ONCE}).all()
    young = next((row.id for row in rows if now - ON_THE_WAY < row.created_at <= now), None)
    _count(connection, [row for row in rows if young is None or row.id < young])
    reached = min(upto + AT_ONCE, last) if young is None else young - 1
    _go_on(connection, max(upto, reached), now)
    return young is None and reached < last


def since(connection: Connection) -> datetime | None:
    """Since when somebody has listened without a gap, None where nobody does."""
    moment: datetime | None = connection.execute(select(progress.c.since).filter_by(name=JOB)).scalar()
    return moment


def counts(connection: Connection, account: Key, spans: Sequence[Span]) -> list[int]:
    """How many messages of customers came within each span: in quarters that lie in it as a whole."""
    found = []
    channel, name = account
    for begins, ends in spans:
        query = select(func.coalesce(func.sum(heard.c.messages), 0)).where(
            heard.c.channel == channel,
            heard.c.account == name,
            heard.c.quarter >= begins,
            heard.c.quarter <= ends - QUARTER,
        )
        found.append(int(connection.execute(query).scalar_one()))
    return found


def _upto(connection: Connection, now: datetime) -> int:
    """How far the count has come, held: nothing is counted twice where two processes count."""
    insert_new(connection, progress, name=JOB, upto=0, since=now, at=now)
    query = select(progress.c.upto).filter_by(name=JOB).with_for_update()
    return int(connection.execute(query).scalar_one())


def _go_on(connection: Connection, upto: int, now: datetime) -> None:
    was_away = or_(progress.c.at < now - AWAY, progress.c.at > now + AWAY)
    job = progress.c.name == JOB
    connection.execute(update(progress).where(and_(job, was_away)).values(since=now))
    connection.execute(update(progress).where(job).values(upto=upto, at=now))


def _count(connection: Connection, rows: Iterable[Any]) -> None:
    counted: Counter[tuple[Key, datetime]] = Counter()
    moments: dict[Key, list[datetime]] = {}
    for _, author, at, channel, account in rows:
        if author == "customer":
            counted[(channel, account), quarter(at)] += 1
            moments.setdefault((channel, account), []).append(at)
    for (account, begins), number in counted.items():
        _add(connection, account, begins, number)
    for account, ats in moments.items():
        watches.hear(connection, account, first=min(ats), last=max(ats))


def _add(connection: Connection, account: Key, begins: datetime, number: int) -> None:
    place = {"channel": account[0], "account": account[1], "quarter": begins}
    changed = connection.execute(update(heard).filter_by(**place).values(messages=heard.c.messages + number))
    if not changed.rowcount:
        connection.execute(insert(heard).values(**place, messages=number))


def quarter(moment: datetime) -> datetime:
    """When the quarter of an hour began in which a moment lies. Pure."""
    moment = moment.astimezone(timezone.utc)
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
