"""What waits, in figures: for a turn, to be sent, for an agent, for a supervisor.

Each figure costs as many rows as wait, however many messages there ever were.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, bindparam, case, func, select
from sqlalchemy.engine import Connection

from bot.store.rows import HUMAN, CaseStatus
from bot.store.set_aside import Kind
from bot.store.tables import (
    IS_UNHANDLED,
    cases,
    conversations,
    messages,
    outbox,
    set_aside,
)
from bot.store.watching_tables import IS_TO_BE_READ, accounts, mentions, watches


class Backlog(Struct, frozen=True, kw_only=True):
    """How much waits, and since when the oldest of it does.

    Turns are due in conversations; `messages` are those that no turn has handled yet. Cases are
    counted by status and rank, mentions by rank; `unrated` of them are to be read. `stopped` are the
    accounts that cannot send, by channel and id, `silent` those that hear nothing although they should.
    """

    turns: int
    messages: int
    oldest_message: datetime | None
    to_send: int
    to_send_now: int
    oldest_to_send: datetime | None
    cases: Mapping[tuple[CaseStatus, int], int]
    overdue: Mapping[int, int]
    oldest_case: datetime | None
    set_aside: Mapping[Kind, int]
    mentions: Mapping[int, int] = {}
    unrated: int = 0
    stopped: frozenset[tuple[str, str]]
    silent: frozenset[tuple[str, str]] = frozenset()


_TURNS = select(func.count()).where(conversations.c.due_at <= bindparam("now"))
_MESSAGES = select(func.count(), func.min(messages.c.id)).where(IS_UNHANDLED)
_WRITTEN_AT = select(messages.c.created_at).where(messages.c.id == bindparam("wanted"))
_TO_SEND = select(func.count(), func.min(outbox.c.message_id)).select_from(outbox)
_TO_SEND_NOW = select(func.count()).where(outbox.c.due_at <= bindparam("now"))
_OVERDUE = and_(cases.c.answered_at.is_(None), cases.c.answer_by < bindparam("now"))
_CASES = (
    select(
        cases.c.status,
        cases.c.rank,
        func.count(),
        func.sum(case((_OVERDUE, 1), else_=0)),
        func.min(cases.c.opened_at),
    )
    .where(cases.c.status.in_(HUMAN))
    .group_by(cases.c.status, cases.c.rank)
)
_SET_ASIDE = (
    select(set_aside.c.kind, func.count())
    .where(set_aside.c.given_up_at.is_not(None), set_aside.c.settled_at.is_(None))
    .group_by(set_aside.c.kind)
)
_MENTIONS = select(mentions.c.rank, func.count()).where(mentions.c.state == "new").group_by(mentions.c.rank)
# So that no index of states answers it: few are to be read, however many wait.
_UNRATED = select(func.count()).where(IS_TO_BE_READ, func.coalesce(mentions.c.state, "") == "new")
_STOPPED = select(accounts.c.channel, accounts.c.account).where(accounts.c.state == "stopped")
_SILENT = select(watches.c.channel, watches.c.account).where(watches.c.silent_since.is_not(None))


def backlog(connection: Connection, now: datetime) -> Backlog:
    """What waits now."""
    unhandled, first_unhandled = connection.execute(_MESSAGES).one()
    to_send, first_to_send = connection.execute(_TO_SEND).one()
    human = connection.execute(_CASES, {"now": now}).all()
    overdue: dict[int, int] = {}
    for _, rank, _, late, _ in human:
        overdue[rank] = overdue.get(rank, 0) + late
    return Backlog(
        turns=connection.execute(_TURNS, {"now": now}).scalar_one(),
        messages=unhandled,
        oldest_message=_written_at(connection, first_unhandled),
        to_send=to_send,
        to_send_now=connection.execute(_TO_SEND_NOW, {"now": now}).scalar_one(),
        oldest_to_send=_written_at(connection, first_to_send),
        cases={(status, rank): number for status, rank, number, _, _ in human},
        overdue=overdue,
        oldest_case=min((opened for status, *_, opened in human if status == "waiting"), default=None),
        set_aside={row[0]: row[1] for row in connection.execute(_SET_ASIDE)},
        mentions={row[0]: row[1] for row in connection.execute(_MENTIONS)},
        unrated=connection.execute(_UNRATED).scalar_one(),
        stopped=frozenset((channel, account) for channel, account in connection.execute(_STOPPED)),
        silent=frozenset((channel, account) for channel, account in connection.execute(_SILENT)),
    )


def _written_at(connection: Connection, message_id: int | None) -> datetime | None:
    if message_id is None:
        return None
    moment: datetime | None = connection.execute(_WRITTEN_AT, {"wanted": message_id}).scalar()
    return moment
