"""The agents' queue: cases of all channels by urgency, with what an agent needs to choose one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Boolean, Column, and_, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select

from bot.store import viewers
from bot.store.rows import HUMAN, Case, CaseStatus, Conversation, Line, read
from bot.store.tables import agents, cases, conversations, messages
from bot.store.viewers import Viewer

CLOSED: tuple[CaseStatus, ...] = ("resolved", "handed_back")
LONGEST_SEARCH = 80


class Wanted(Struct, frozen=True, kw_only=True):
    """Which cases to list; `search` is part of a reference, a name or a customer's words."""

    statuses: tuple[CaseStatus, ...] = HUMAN
    team: str | None = None
    agent_id: int | None = None
    search: str = ""
    limit: int = 100


class Entry(Struct, frozen=True, kw_only=True):
    """A case in the list.

    `customer_waits` says that the customer had the last word, `has_failed` that a message to
    the customer did not arrive.
    """

    case: Case
    conversation: Conversation
    has_private: bool
    owner: str | None
    last_words: Line | None
    customer_waits: bool
    has_failed: bool
    viewers: tuple[Viewer, ...]


class Counts(Struct, frozen=True, kw_only=True):
    """How many open cases there are: nobody's, an agent's own, a team's, all."""

    waiting: int
    mine: int
    team: int
    all: int


def entries(connection: Connection, wanted: Wanted, now: datetime) -> list[Entry]:
    """Cases in the order in which they need somebody."""
    rows = list(connection.execute(_query(wanted)).mappings())
    found = [(read(Case, row), row["owner"], bool(row["customer_waits"])) for row in rows]
    talks = _conversations(connection, [case for case, _, _ in found])
    words = _last_words(connection, [talk.id for group in talks.values() for talk in group])
    failed = _failed(connection, list(words))
    watching = _by_case(viewers.of_cases(connection, talks, now))
    return [
        Entry(
            case=case,
            conversation=talks[case.id][0],
            has_private=any(talk.surface == "private" for talk in talks[case.id]),
            owner=owner,
            last_words=_latest(words[talk.id] for talk in talks[case.id] if talk.id in words),
            customer_waits=customer_waits,
            has_failed=any(talk.id in failed for talk in talks[case.id]),
            viewers=tuple(watching[case.id]),
        )
        for case, owner, customer_waits in found
    ]


def counts(connection: Connection, agent_id: int, team: str | None) -> Counts:
    """How many open cases there are, for the filters of one agent."""
    number = [
        func.sum(when((cases.c.status == "waiting", 1), else_=0)),
        func.sum(when((cases.c.agent_id == agent_id, 1), else_=0)),
        func.sum(when((cases.c.team == team, 1), else_=0)),
        func.count(),
    ]
    row = connection.execute(select(*number).where(cases.c.status.in_(HUMAN))).one()
    waiting, mine, of_team, total = (value or 0 for value in row)
    return Counts(waiting=waiting, mine=mine, team=of_team, all=total)


def _query(wanted: Wanted) -> Select:
    waits = _customer_waits()
    query = (
        select(cases, agents.c.name.label("owner"), waits.label("customer_waits"))
        .join(agents, agents.c.id == cases.c.agent_id, isouter=True)
        .where(cases.c.status.in_(wanted.statuses), *_conditions(wanted))
        .limit(wanted.limit)
    )
    if set(wanted.statuses) <= set(CLOSED):
        return query.order_by(cases.c.updated_at.desc(), cases.c.id.desc())
    answered = and_(cases.c.answered_at.is_not(None), ~waits)
    is_open = cases.c.status.in_(HUMAN)
    return query.order_by(is_open.desc(), answered, cases.c.rank, cases.c.answer_by, cases.c.id)


def _conditions(wanted: Wanted) -> list[ColumnElement[Boolean]]:
    conditions = []
    if wanted.team:
        conditions.append(cases.c.team == wanted.team)
    if wanted.agent_id:
        conditions.append(cases.c.agent_id == wanted.agent_id)
    if wanted.search:
        conditions.append(_matches(wanted.search[:LONGEST_SEARCH]))
    return conditions


def _matches(search: str) -> ColumnElement[Boolean]:
    said = select(messages.c.id).where(
        messages.c.conversation_id == conversations.c.id, _contains(messages.c.text, search)
    )
    in_conversation = select(conversations.c.id).where(
        or_(conversations.c.case_id == cases.c.id, conversations.c.id == cases.c.conversation_id),
        or_(_contains(conversations.c.author, search), said.exists()),
    )
    found: ColumnElement[Boolean] = or_(_contains(cases.c.reference, search), in_conversation.exists())
    return found


def _contains(column: Column[Any], search: str) -> ColumnElement[Boolean]:
    found: ColumnElement[Boolean] = func.lower(column).contains(search.lower(), autoescape=True)
    return found


def _customer_waits() -> ColumnElement[Boolean]:
    """Whether the last word, of those that people wrote, is the customer's."""
    last = (
        select(messages.c.author)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(conversations.c.case_id == cases.c.id, messages.c.author.in_(("customer", "agent")))
        .order_by(messages.c.id.desc())
        .limit(1)
        .correlate(cases)
        .scalar_subquery()
    )
    waits: ColumnElement[Boolean] = func.coalesce(last, "") == "customer"
    return waits


def _conversations(connection: Connection, found: list[Case]) -> dict[int, list[Conversation]]:
    """The conversations of each case: where it began first, then those that joined."""
    origins = {case.conversation_id: case.id for case in found}
    query = select(conversations).where(
        or_(conversations.c.id.in_(list(origins)), conversations.c.case_id.in_([c.id for c in found]))
    )
    rows = connection.execute(query.order_by(conversations.c.id)).mappings()
    talks = {row["id"]: read(Conversation, row) for row in rows}
    grouped = {case.id: [talks[case.conversation_id]] for case in found}
    for talk in talks.values():
        if talk.case_id in grouped and talk not in grouped[talk.case_id]:
            grouped[talk.case_id].append(talk)
    return grouped


def _last_words(connection: Connection, ids: list[int]) -> dict[int, Line]:
    latest = (
        select(func.max(messages.c.id))
        .where(messages.c.conversation_id.in_(ids), messages.c.author == "customer")
        .group_by(messages.c.conversation_id)
    )
    rows = connection.execute(select(messages).where(messages.c.id.in_(latest))).mappings()
    return {row["conversation_id"]: read(Line, row) for row in rows}


def _failed(connection: Connection, ids: list[int]) -> set[int]:
    query = select(messages.c.conversation_id).where(
        messages.c.conversation_id.in_(ids), messages.c.delivery.in_(("failed", "unknown"))
    )
    return set(connection.execute(query).scalars())


def _latest(lines: Iterable[Line]) -> Line | None:
    return max(lines, key=lambda line: line.id, default=None)


def _by_case(watching: list[Viewer]) -> Mapping[int, list[Viewer]]:
    grouped: dict[int, list[Viewer]] = defaultdict(list)
    for viewer in watching:
        grouped[viewer.case_id].append(viewer)
    return grouped
