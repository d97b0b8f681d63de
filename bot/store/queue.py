"""The agents' queue: cases of all channels by urgency, with what an agent needs to choose one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Boolean, and_, bindparam, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import ScalarSelect

from bot.store import search, viewers
from bot.store.rows import HUMAN, Author, Case, Conversation, Line, read
from bot.store.tables import HAS_FAILED, IS_CLOSED, agents, cases, conversations, messages
from bot.store.viewers import Viewer

State = Literal["open", "waiting", "closed"]

LONGEST_SEARCH = 80
# Cases on a page.
MOST = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """Which cases to list; `waiting` ones are open and nobody's.

    `search` is a reference, a name or words that were said: it looks everywhere, whatever the state.
    """

    state: State = "open"
    team: str | None = None
    agent_id: int | None = None
    search: str = ""
    limit: int = MOST


class Entry(Struct, frozen=True, kw_only=True):
    """A case in the list.

    `customer_waits` says that the customer wrote again after an answer, `has_failed` that a
    message to the customer did not arrive.
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
    """Cases in the order in which they need somebody; what was closed or changed last comes first."""
    rows = connection.execute(*_query(connection, wanted)).mappings()
    found = [(read(Case, row), row["owner"], bool(row["customer_waits"])) for row in rows]
    talks = _conversations(connection, [case for case, _, _ in found])
    ids = [talk.id for group in talks.values() for talk in group]
    words = _last_words(connection, ids)
    failed = set(connection.execute(_FAILED, {"talks": ids}).scalars())
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
    row = connection.execute(_COUNTS, {"agent": agent_id, "team": team}).one()
    waiting, mine, of_team, total = (value or 0 for value in row)
    return Counts(waiting=waiting, mine=mine, team=of_team, all=total)


_talk, _line = conversations.alias("talk"), messages.alias("line")


def _last_of_talk(*authors: Author) -> ScalarSelect:
    """The last message of `_talk` by one of these, read from the end of the conversation."""
    last = messages.alias("last")
    query = select(last.c.id).where(last.c.conversation_id == _talk.c.id, last.c.author.in_(authors))
    return query.order_by(last.c.seq.desc()).limit(1).correlate(_talk).scalar_subquery()


def _customer_waits() -> ColumnElement[Boolean]:
    """Whether the last word after an answer, of those that people wrote, is the customer's."""
    last_author = (
        select(_line.c.author)
        .join_from(_talk, _line, _line.c.id == _last_of_talk("customer", "agent", "colleague"))
        .where(_talk.c.case_id == cases.c.id)
        .order_by(_line.c.id.desc())
        .limit(1)
        .correlate(cases)
        .scalar_subquery()
    )
    waits: ColumnElement[Boolean] = and_(
        cases.c.answered_at.is_not(None), func.coalesce(last_author, "") == "customer"
    )
    return waits


# Statements are built once: that takes as long as to execute them.
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_talks: BindParameter[Any] = bindparam("talks", expanding=True)
_WAITS = _customer_waits()
_CASES = select(cases, agents.c.name.label("owner"), _WAITS.label("customer_waits")).join(
    agents, agents.c.id == cases.c.agent_id, isouter=True
)
_URGENT_FIRST = (
    and_(cases.c.answered_at.is_not(None), ~_WAITS),
    cases.c.rank,
    cases.c.answer_by,
    cases.c.id,
)
_IN_STATE = {
    "open": _CASES.where(cases.c.status.in_(HUMAN)).order_by(*_URGENT_FIRST),
    "waiting": _CASES.where(cases.c.status == "waiting").order_by(*_URGENT_FIRST),
    "closed": _CASES.where(IS_CLOSED).order_by(cases.c.resolved_at.desc(), cases.c.id.desc()),
}
_FOUND = _CASES.where(cases.c.id.in_(_ids)).order_by(cases.c.updated_at.desc(), cases.c.id.desc())
_COUNTS = select(
    func.sum(when((cases.c.status == "waiting", 1), else_=0)),
    func.sum(when((cases.c.agent_id == bindparam("agent"), 1), else_=0)),
    func.sum(when((cases.c.team == bindparam("team"), 1), else_=0)),
    func.count(),
).where(cases.c.status.in_(HUMAN))
_CONVERSATIONS = (
    select(conversations)
    .where(or_(conversations.c.id.in_(_talks), conversations.c.case_id.in_(_ids)))
    .order_by(conversations.c.id)
)
_LAST_WORDS = select(messages).where(
    messages.c.id.in_(select(_last_of_talk("customer")).where(_talk.c.id.in_(_talks)))
)
_FAILED = select(messages.c.conversation_id).where(messages.c.conversation_id.in_(_talks), HAS_FAILED)


def _query(connection: Connection, wanted: Wanted) -> tuple[Select, dict[str, Any]]:
    query, values = _IN_STATE[wanted.state], {}
    if wanted.search:
        ids = search.find(connection, wanted.search[:LONGEST_SEARCH], wanted.limit)
        query, values = _FOUND, {"ids": ids}
    if wanted.team:
        query = query.where(cases.c.team == wanted.team)
    if wanted.agent_id:
        query = query.where(cases.c.agent_id == wanted.agent_id)
    return query.limit(wanted.limit), values


def _conversations(connection: Connection, found: list[Case]) -> dict[int, list[Conversation]]:
    """The conversations of each case: where it began first, then those that joined."""
    values = {"talks": [case.conversation_id for case in found], "ids": [case.id for case in found]}
    rows = connection.execute(_CONVERSATIONS, values).mappings()
    talks = {row["id"]: read(Conversation, row) for row in rows}
    grouped = {case.id: [talks[case.conversation_id]] for case in found}
    for talk in talks.values():
        if talk.case_id in grouped and talk not in grouped[talk.case_id]:
            grouped[talk.case_id].append(talk)
    return grouped


def _last_words(connection: Connection, ids: list[int]) -> dict[int, Line]:
    rows = connection.execute(_LAST_WORDS, {"talks": ids}).mappings()
    return {row["conversation_id"]: read(Line, row) for row in rows}


def _latest(lines: Iterable[Line]) -> Line | None:
    return max(lines, key=lambda line: line.id, default=None)


def _by_case(watching: list[Viewer]) -> Mapping[int, list[Viewer]]:
    grouped: dict[int, list[Viewer]] = defaultdict(list)
    for viewer in watching:
        grouped[viewer.case_id].append(viewer)
    return grouped
