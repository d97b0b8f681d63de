"""Mentions that are to be read: who reads which, and what was found."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import Update

from bot.messages import Register
from bot.store import record
from bot.store.mentions import URGENT, Mention
from bot.store.rows import read
from bot.store.tables import Moment
from bot.store.watching_tables import mentions

# None is put off for longer, and clocks differ by less than a minute: what lies further ahead was
# written before a clock was set back.
LONGEST = timedelta(minutes=15)

_DUE = (
    select(mentions)
    .where(
        mentions.c.due_at.is_not(None),  # else the index of what is due would not be used
        or_(mentions.c.due_at <= bindparam("now"), mentions.c.due_at > bindparam("too_far")),
        # So that no index answers it: SQLite would take that of the list, and read all that wait.
        func.coalesce(mentions.c.state, "") == "new",
    )
    .order_by(mentions.c.due_at, mentions.c.id)
    .limit(bindparam("most"))
)
_CLAIM = _DUE.with_for_update(skip_locked=True)
_TAKE = (
    update(mentions)
    .where(mentions.c.id.in_(bindparam("taken", expanding=True)))
    .values(due_at=bindparam("until"), attempts=mentions.c.attempts + 1)
)
# Only who took it last: another has taken it where that was too slow.
_OURS = (mentions.c.id == bindparam("one"), mentions.c.attempts == bindparam("seen"))
_POSTPONE = (
    update(mentions).where(*_OURS).values(due_at=bindparam("at", type_=Moment()), attempts=bindparam("tries"))
)
_ALARM = (
    update(mentions)
    .where(*_OURS)
    .values(finding=bindparam("kind"), why=bindparam("rule"), rank=bindparam("urgency"))
)
_RATE = (
    update(mentions)
    .where(*_OURS)
    .values(
        finding=bindparam("kind"),
        why=bindparam("rule"),
        register=bindparam("read_as"),
        confidence=bindparam("sure"),
        language=bindparam("tongue"),
        rank=bindparam("urgency"),
        rated_at=bindparam("now"),
        due_at=None,
    )
)


class Alarm(Struct, frozen=True, kw_only=True):
    """What the guard found: the kind, the rule that fired, and how urgent that is; 0 is the most."""

    kind: str = ""
    why: str = ""
    rank: int


class Rating(Struct, frozen=True, kw_only=True):
    """What a mention was read as, with what counts of the guard's findings."""

    register: Register
    confidence: float
    language: str | None
    alarm: Alarm


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether something is to be read."""
    moments = {"now": now, "too_far": now + LONGEST}
    return connection.execute(_DUE, {"most": 1, **moments}).first() is not None


def claim(connection: Connection, now: datetime, *, until: datetime, most: int) -> list[Mention]:
    """Take those that have waited longest: nobody else does until that moment. Counts as an attempt."""
    moments = {"now": now, "too_far": now + LONGEST}
    rows = connection.execute(_CLAIM, {"most": most, **moments}).mappings()
    taken = [read(Mention, {**row, "attempts": row["attempts"] + 1, "due_at": until}) for row in rows]
    if taken:
        connection.execute(_TAKE, {"taken": [each.id for each in taken], "until": until})
    return taken


def postpone(connection: Connection, mention: Mention, due_at: datetime | None, *, counts: bool) -> None:
    """Read it later, or never; an attempt that was nobody's fault does not count."""
    tries = mention.attempts if counts else mention.attempts - 1
    connection.execute(_POSTPONE, {"one": mention.id, "seen": mention.attempts, "at": due_at, "tries": tries})


def raise_alarm(connection: Connection, mention: Mention, alarm: Alarm, now: datetime) -> bool:
    """Write down what the guard found, before it is read; False if it is another's by now."""
    values = {"kind": alarm.kind, "rule": alarm.why, "urgency": alarm.rank}
    return _write(connection, _ALARM, mention, alarm, values, now)


def rate(connection: Connection, mention: Mention, rating: Rating, now: datetime) -> bool:
    """Write down what it was read as; False if it is another's by now."""
    alarm = rating.alarm
    values = {
        "kind": alarm.kind,
        "rule": alarm.why,
        "urgency": alarm.rank,
        "read_as": rating.register,
        "sure": rating.confidence,
        "tongue": rating.language,
        "now": now,
    }
    return _write(connection, _RATE, mention, alarm, values, now)


def _write(
    connection: Connection,
    statement: Update,
    mention: Mention,
    alarm: Alarm,
    values: dict[str, object],
    now: datetime,
) -> bool:
    ours = {"one": mention.id, "seen": mention.attempts}
    written = bool(connection.execute(statement, {**ours, **values}).rowcount)
    if written and alarm.rank == URGENT < mention.rank:
        # Said once; and whoever follows the record looks at once.
        record.write(
            connection, "mention_urgent", actor=record.BOT, at=now, mention=mention.id, why=alarm.why
        )
    return written
