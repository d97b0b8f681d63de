"""Cases: what was handed over, and the transitions that it may make.

::

    open ──► waiting ──claim──► claimed ──resolve──► resolved
               ▲  ▲               │  │                  │ new message
               │  └──transfer─────┘  │                  ▼
               │                     │        claimed by the same agent (waiting if nobody's)
             (bot)◄────hand back─────┘

Every transition is one update that names the state it expects, so that of two people who do
the same at once one wins and the other is told; and every transition is in the record.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, insert, literal, select, update
from sqlalchemy import case as when
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.errors import AlreadyClaimed, NotFound, TransitionError
from bot.messages import Entity, Register
from bot.store import agents, conversations, record, search, tables
from bot.store.rows import HUMAN, Case, CaseStatus, Line, read
from bot.store.tables import Moment, cases, messages

# Crockford's base 32: no letter that is mistaken for a digit when read out on the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 6

# Statements that every turn or delivery needs are built once: that takes longer than to execute them.
_INSERT = insert(cases)
_LOAD = select(cases).where(cases.c.id == bindparam("wanted"))
_BY_REFERENCE = select(cases).where(cases.c.reference == bindparam("wanted"))
_BEFORE = (
    select(messages)
    .where(messages.c.conversation_id == bindparam("talk"), messages.c.id < bindparam("before"))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("most"))
)
# The highest number of a row.
_NO_MESSAGE = 2**31 - 1
_CURRENT = select(tables.conversations.c.case_id).where(
    tables.conversations.c.id.in_(bindparam("of", expanding=True))
)


def _within(now: ColumnElement[Moment]) -> ColumnElement[Moment]:
    """Clocks of machines differ, and are set back: those of a case never stop before it began."""
    moment: ColumnElement[Moment] = when((cases.c.opened_at > now, cases.c.opened_at), else_=now)
    return moment


_STOP_CLOCK = {
    clock: update(cases)
    .where(cases.c.id.in_(_CURRENT), cases.c[clock].is_(None))
    .values({clock: _within(bindparam("now", type_=Moment()))})
    for clock in ("acknowledged_at", "answered_at")
}


class NewCase(Struct, frozen=True, kw_only=True):
    """Everything that a case is opened with."""

    reason: str
    why: str = ""
    register: Register
    language: str
    rank: int
    team: str
    entities: tuple[Entity, ...]
    acknowledge_by: datetime
    answer_by: datetime


def new_reference(prefix: str) -> str:
    """A case reference such as NB-7K2QX4, that cannot be guessed from another."""
    return prefix + "-" + "".join(secrets.choice(_ALPHABET) for _ in range(_REFERENCE_LENGTH))


def open_case(
    connection: Connection,
    conversation_id: int,
    reference: str,
    new: NewCase,
    *,
    acknowledged_at: datetime | None,
    now: datetime,
    actor: str = record.BOT,
) -> Case:
    """Hand a conversation over: from now on it belongs to the queue."""
    values = {name: getattr(new, name) for name in new.__struct_fields__}
    values["entities"] = msgspec.to_builtins(new.entities)
    values |= {"reference": reference, "conversation_id": conversation_id, "status": "waiting"}
    values |= {"acknowledged_at": acknowledged_at, "opened_at": now, "updated_at": now}
    result = connection.execute(_INSERT, values)
    case_id: int = result.inserted_primary_key[0]
    conversations.change(connection, conversation_id, case_id=case_id, misunderstandings=0)
    record.write(
        connection,
        "handed_over",
        actor=actor,
        at=now,
        conversation_id=conversation_id,
        case_id=case_id,
        reason=new.reason,
        team=new.team,
    )
    case = load(connection, case_id)
    search.add_case(connection, case, conversations.load(connection, conversation_id))
    return case


def load(connection: Connection, case_id: int) -> Case:
    """A case; raises `NotFound`."""
    row = connection.execute(_LOAD, {"wanted": case_id}).mappings().first()
    if row is None:
        raise NotFound(f"there is no case {case_id}")
    return read(Case, row)


def current(connection: Connection, case_id: int | None) -> Case | None:
    """The case that a conversation points to, if any."""
    return load(connection, case_id) if case_id else None


def claim(connection: Connection, case_id: int, agent_id: int, now: datetime) -> Case:
    """Give a waiting case to an agent; raises `AlreadyClaimed` if another was faster."""
    won = _move(connection, case_id, from_=("waiting",), to="claimed", now=now, agent_id=agent_id)
    case = load(connection, case_id)
    if won:
        _record(connection, case, "claimed", agent_id, now)
    elif case.status != "claimed":
        raise TransitionError(f"the case is {case.status}")
    elif case.agent_id and case.agent_id != agent_id:
        raise AlreadyClaimed(agents.load(connection, case.agent_id).name)
    return case


def transfer(connection: Connection, case_id: int, team: str, agent_id: int, now: datetime) -> Case:
    """Put a case back into the queue, for another team."""
    _must_move(connection, case_id, from_=HUMAN, to="waiting", now=now, agent_id=None, team=team)
    case = load(connection, case_id)
    _record(connection, case, "transferred", agent_id, now, team=team)
    return case


def hand_back(connection: Connection, case_id: int, agent_id: int, now: datetime) -> Case:
    """Let the bot speak again; the promise of an answer ends with the case."""
    _end(connection, case_id, "handed_back", now)
    case = load(connection, case_id)
    _record(connection, case, "handed_back", agent_id, now)
    return case


def give_back(connection: Connection, case: Case, now: datetime) -> None:
    """Let the bot speak again without anybody's doing, in a case that nobody has claimed."""
    moved = _move(
        connection,
        case.id,
        from_=("waiting",),
        to="handed_back",
        now=now,
        resolved_at=_within(literal(now, Moment())),
    )
    if moved:
        record.write(
            connection,
            "handed_back",
            actor=record.SYSTEM,
            at=now,
            conversation_id=case.conversation_id,
            case_id=case.id,
        )


def resolve(connection: Connection, case_id: int, agent_id: int, now: datetime) -> Case:
    """Close a case; its agent is remembered for a reopening."""
    _end(connection, case_id, "resolved", now)
    case = load(connection, case_id)
    _record(connection, case, "resolved", agent_id, now)
    return case


def reopen(connection: Connection, case: Case, *, answer_by: datetime, now: datetime) -> Case:
    """A new message on a resolved case: back to its agent, or to the queue if it has none."""
    to: CaseStatus = "claimed" if case.agent_id else "waiting"
    _must_move(
        connection,
        case.id,
        from_=("resolved",),
        to=to,
        now=now,
        resolved_at=None,
        answered_at=None,
        answer_by=answer_by,
    )
    record.write(
        connection,
        "reopened",
        actor=record.CUSTOMER,
        at=now,
        conversation_id=case.conversation_id,
        case_id=case.id,
    )
    return load(connection, case.id)


def take_over(connection: Connection, case_id: int, agent_id: int, now: datetime) -> Case:
    """Give a case that a colleague holds, or nobody, to this agent."""
    before = load(connection, case_id)
    _must_move(connection, case_id, from_=HUMAN, to="claimed", now=now, agent_id=agent_id)
    case = load(connection, case_id)
    _record(connection, case, "taken_over", agent_id, now, before=before.agent_id)
    return case


def step_in(
    connection: Connection, case_id: int, agent_id: int, *, answer_by: datetime, now: datetime
) -> Case:
    """Take a case that was closed or handed back to the bot, on an agent's own initiative."""
    before = load(connection, case_id)
    _must_move(
        connection,
        case_id,
        from_=("resolved", "handed_back"),
        to="claimed",
        now=now,
        agent_id=agent_id,
        resolved_at=None,
        answered_at=None,
        answer_by=answer_by,
    )
    case = load(connection, case_id)
    _record(connection, case, "stepped_in", agent_id, now, before=before.status)
    return case


def prioritise(
    connection: Connection,
    case_id: int,
    rank: int,
    agent_id: int,
    *,
    answer_by: datetime,
    now: datetime,
) -> Case:
    """Change how urgent a case is, and by when it is answered."""
    before = load(connection, case_id)
    values = {"rank": rank, "answer_by": answer_by}
    _must_move(connection, case_id, from_=(before.status,), to=before.status, now=now, **values)
    case = load(connection, case_id)
    _record(connection, case, "prioritised", agent_id, now, before=before.rank, after=rank)
    return case


def escalate(connection: Connection, case: Case, *, why: str, answer_by: datetime, now: datetime) -> None:
    """The guard found a crisis in a case that was less urgent: nothing is more urgent now."""
    values = {"rank": 0, "why": why, "answer_by": min(answer_by, case.answer_by)}
    _must_move(connection, case.id, from_=HUMAN, to=case.status, now=now, **values)
    record.write(
        connection,
        "escalated",
        actor=record.BOT,
        at=now,
        conversation_id=case.conversation_id,
        case_id=case.id,
        why=why,
    )


def first_response_sent(
    connection: Connection, *conversation_ids: int, by_agent: bool, now: datetime
) -> None:
    """Stop the clocks that a sent message stops, in the cases of these conversations.

    Any text acknowledges; only an agent's answers.
    """
    for clock in ("acknowledged_at", "answered_at") if by_agent else ("acknowledged_at",):
        connection.execute(_STOP_CLOCK[clock], {"of": conversation_ids, "now": now})


def conversations_of(connection: Connection, case: Case) -> list[int]:
    """The conversations of a case: where it began first, then private ones that joined."""
    table = tables.conversations
    query = select(table.c.id).where(table.c.case_id == case.id).order_by(table.c.id)
    joined = [row[0] for row in connection.execute(query)]
    return [case.conversation_id, *(i for i in joined if i != case.conversation_id)]


def messages_in(
    connection: Connection, conversation_ids: list[int], most: int, before: int | None = None
) -> list[Line]:
    """The last messages of a case's conversations, or the last before message `before`, in order."""
    values = {"most": most, "before": before or _NO_MESSAGE}
    lines = [
        read(Line, row)
        for conversation_id in conversation_ids
        for row in connection.execute(_BEFORE, {"talk": conversation_id, **values}).mappings()
    ]
    return sorted(lines, key=lambda line: line.id)[-most:]


def references(connection: Connection, conversation_ids: list[int]) -> dict[int, str]:
    """The references of the current cases of conversations; without those that have none."""
    talks = tables.conversations
    query = select(talks.c.id, cases.c.reference).join_from(talks, cases, cases.c.id == talks.c.case_id)
    rows = connection.execute(query.where(talks.c.id.in_(conversation_ids))).mappings()
    return {row["id"]: row["reference"] for row in rows}


def by_reference(connection: Connection, reference: str) -> Case | None:
    """The case of a reference, if there is one."""
    row = connection.execute(_BY_REFERENCE, {"wanted": reference.upper()}).mappings().first()
    return read(Case, row) if row else None


def _move(
    connection: Connection,
    case_id: int,
    *,
    from_: tuple[CaseStatus, ...],
    to: CaseStatus,
    now: datetime,
    **values: object,
) -> bool:
    moved = connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.status.in_(from_))
        .values(status=to, updated_at=now, **values)
    )
    return bool(moved.rowcount == 1)


def _must_move(
    connection: Connection,
    case_id: int,
    *,
    from_: tuple[CaseStatus, ...],
    to: CaseStatus,
    now: datetime,
    **values: object,
) -> None:
    if not _move(connection, case_id, from_=from_, to=to, now=now, **values):
        raise TransitionError(f"the case is {load(connection, case_id).status}")


def _end(connection: Connection, case_id: int, to: CaseStatus, now: datetime) -> None:
    ended = _within(literal(now, Moment()))
    _must_move(connection, case_id, from_=HUMAN, to=to, now=now, resolved_at=ended)


def _record(
    connection: Connection, case: Case, action: str, agent_id: int, now: datetime, **details: object
) -> None:
    record.write(
        connection,
        action,
        actor=record.agent_actor(agent_id),
        at=now,
        conversation_id=case.conversation_id,
        case_id=case.id,
        **details,
    )
