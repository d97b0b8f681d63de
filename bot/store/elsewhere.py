"""Conversations that somebody outside of Relais has: in the platform's own inbox, say.

As long as he has it the bot is silent; what it had to say and had not sent is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from bot.messages import Inbound
from bot.store import cases, conversations, deliveries, outbound, outbox, record, transcript
from bot.store.answered import answered
from bot.store.outbox import Early
from bot.store.rows import Conversation, Line
from bot.store.tables import conversations as talks
from bot.store.tables import messages
from bot.store.transcript import Draft, New

# Why there is a case that was opened only because somebody else answers.
REASON = "answered_elsewhere"
DROPPED = "somebody else has the conversation"

_SAY = (
    update(talks)
    .where(talks.c.id == bindparam("one"))
    .values(
        last_seq=bindparam("seq"),
        elsewhere_at=bindparam("at"),
        last_purpose="agent",
        updated_at=bindparam("now"),
    )
)
_ANSWERED_AT = (
    select(messages.c.created_at)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.seq > bindparam("after"),
        messages.c.author == "colleague",
        messages.c.purpose == "agent",
    )
    .order_by(messages.c.seq)
    .limit(1)
)


def answer(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    """A colleague wrote to the customer elsewhere; an echo of a text of ours is no colleague's."""
    ours = _ours(connection, conversation, event)
    if ours:
        deliveries.confirm(connection, ours, Early(kind="sent", message_id=event.message_id), now)
        return
    _write(connection, conversation, event, now)


def _write(
    connection: Connection, conversation: Conversation, event: Inbound, now: datetime, *, answers: bool = True
) -> None:
    """What a colleague wrote, who has the conversation from then on; whether it answers this customer."""
    seq = conversation.last_seq + 1
    values = {"one": conversation.id, "seq": seq, "at": _sign(conversation, event, now), "now": now}
    connection.execute(_SAY, values)
    draft = Draft(
        author="colleague",
        purpose="agent" if answers else None,
        text=event.text,
        attachments=event.attachments,
        reply_to=event.reply_to,
        platform_id=event.message_id,
        sent_at=event.sent_at,
    )
    transcript.write(connection, New(conversation.id, seq, draft, now))
    if answers:
        cases.first_response_sent(connection, conversation.id, by_agent=True, now=now)
    fall_silent(connection, conversation.id)


def answer_in_thread(connection: Connection, event: Inbound, now: datetime) -> int | None:
    """A colleague wrote in a public thread, and the platform does not tell to whom.

    So he has the conversations of all who write there: it is better that the bot falls silent for one
    too many than that it talks over a human. Answered is only one of them, if any: the others wait. One
    of the conversations; None if it was a text of ours, or nobody whom we know writes there.
    """
    talks_there = conversations.in_thread(connection, event.address)
    ours = _repeated(connection, talks_there, event)
    if ours:
        deliveries.confirm(connection, ours, Early(kind="sent", message_id=event.message_id), now)
        return None
    answered_one = answered(connection, talks_there, event)
    for conversation in talks_there:
        _write(connection, conversation, event, now, answers=conversation.id == answered_one)
    return talks_there[0].id if talks_there else None


def take(connection: Connection, conversation: Conversation, event: Inbound, now: datetime) -> None:
    """Another application has the conversation."""
    leave(connection, conversation, _sign(conversation, event, now), now)


def leave(connection: Connection, conversation: Conversation, at: datetime, now: datetime) -> None:
    """Leave a conversation to who has it since then; said once in the record."""
    conversations.change(connection, conversation.id, elsewhere_at=at, updated_at=now)
    if not conversation.is_elsewhere(now):
        _record(connection, conversation, "taken_elsewhere", now)
    fall_silent(connection, conversation.id)


def come_back(connection: Connection, conversation: Conversation, now: datetime) -> None:
    """It is ours again, and the bot's unless humans here have it for another reason."""
    if conversation.elsewhere_at is None:
        return
    clear(connection, conversation.id, now)
    _record(connection, conversation, "returned", now)
    case = cases.current(connection, conversation.case_id)
    if case and case.status == "waiting" and case.reason == REASON:
        cases.give_back(connection, case, now)


def clear(connection: Connection, conversation_id: int, now: datetime) -> None:
    """Nobody outside has it any more."""
    conversations.change(connection, conversation_id, elsewhere_at=None, updated_at=now)


def fall_silent(connection: Connection, conversation_id: int) -> None:
    """Drop what the bot has not sent yet."""
    for message_id in outbox.drop(connection, conversation_id):
        outbound.advance(connection, message_id, "dropped", reason=DROPPED)


def answered_at(connection: Connection, conversation_id: int, seq: int) -> datetime | None:
    """When a colleague answered what this customer had written up to number `seq`, if one did."""
    values = {"conversation": conversation_id, "after": seq}
    moment: datetime | None = connection.execute(_ANSWERED_AT, values).scalar()
    return moment


def _ours(connection: Connection, conversation: Conversation, event: Inbound) -> Line | None:
    """The text of ours that an event repeats: where platforms do not say so, the words do."""
    if event.message_id:
        # However much was said since.
        known = outbound.ours_by_platform_id(connection, conversation.id, event.message_id)
        if known:
            return known
    words = event.text.split()
    for line in outbound.latest_of_ours(connection, conversation.id):
        if words and _is_on_its_way(line) and line.text.split() == words:
            return line
    return None


def _repeated(connection: Connection, talks_there: Sequence[Conversation], event: Inbound) -> Line | None:
    """The same in public, where what we sent comes back under whatever identifier: the words tell.

    What was said to several in the same words is most likely what is still on its way.
    """
    words, found = event.text.split(), None
    for line in outbound.latest_of_ours_in(connection, [talk.id for talk in talks_there]):
        if event.message_id and line.platform_id == event.message_id:
            return line
        if words and line.text.split() == words and (found is None or not _is_on_its_way(found)):
            found = line
    return found


def _is_on_its_way(line: Line) -> bool:
    """Whether nobody has told yet that the platform has it."""
    return line.delivery in ("queued", "unknown")


def _sign(conversation: Conversation, event: Inbound, now: datetime) -> datetime:
    """When somebody showed that he has it, by our clock at most; never earlier than before."""
    moment = min(event.sent_at or now, now)
    return max(moment, conversation.elsewhere_at or moment)


def _record(connection: Connection, conversation: Conversation, action: str, now: datetime) -> None:
    record.write(
        connection,
        action,
        actor=record.SYSTEM,
        at=now,
        conversation_id=conversation.id,
        case_id=conversation.case_id,
    )
