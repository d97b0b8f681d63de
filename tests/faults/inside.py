"""What the database must say by itself: handled, owned, ordered, with right clocks, at rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct

from bot.store.rows import Case, Line
from tests.faults.ledger import Entry, Ledger

# What brand.yml promises for the first response: the clock of a case runs from so long before.
PROMISED = timedelta(seconds=1)


class Finding(Struct, frozen=True, kw_only=True):
    """Something that is not as it must be; `conversation` is None where it is of none alone."""

    check: str
    conversation: int | None
    words: str


Check = Callable[[Ledger], Iterator[Finding]]


def handled(ledger: Ledger) -> Iterator[Finding]:
    """Every message was taken care of."""
    for entry in ledger.entries:
        for line in entry.customers:
            if line.handled_at is None:
                yield _found(handled, entry, f"message {line.seq} was never handled")


def answered(ledger: Ledger) -> Iterator[Finding]:
    """After every message the customer heard something, or humans have the conversation."""
    for entry in ledger.entries:
        replied = [line.seq for line in entry.ours if line.purpose != "acknowledge"]
        for line in entry.customers:
            if line.seq > max(replied, default=0) and not _is_with_humans(entry):
                yield _found(answered, entry, f"message {line.seq} was neither answered nor handed over")


def _is_with_humans(entry: Entry) -> bool:
    """In public nobody says so when a case is handed back: there the last word may be old."""
    if entry.case is None:
        return False
    return entry.case.status != "handed_back" or entry.conversation.surface == "public"


def owned(ledger: Ledger) -> Iterator[Finding]:
    """Every conversation has one owner: the bot, the queue, or an agent who exists."""
    for entry in ledger.entries:
        if entry.case and (entry.case.status == "claimed") > (entry.case.agent_id is not None):
            yield _found(owned, entry, "its case is claimed by nobody")
        if entry.case and entry.case.status == "waiting" and entry.case.agent_id is not None:
            yield _found(owned, entry, "its case waits in the queue and has an agent")
        open_cases = [case for case in ledger.cases if case.conversation_id == entry.id and case.is_human]
        if len(open_cases) > 1:
            yield _found(owned, entry, f"it has {len(open_cases)} open cases")
        if any(case.id != entry.conversation.case_id for case in open_cases):
            yield _found(owned, entry, "it has an open case that it does not point to")


def at_rest(ledger: Ledger) -> Iterator[Finding]:
    """Nothing is due, nothing is leased, nothing waits to be sent."""
    for entry in ledger.entries:
        if entry.lease is not None:
            yield _found(at_rest, entry, "somebody still holds it")
        if entry.conversation.due_at is not None:
            yield _found(at_rest, entry, "a turn is still due")
    if ledger.outbox:
        yield _found(at_rest, None, f"{ledger.outbox} messages still wait to be sent")
    for name in ledger.leases:
        yield _found(at_rest, None, f"the job {name!r} is still held")


def numbered(ledger: Ledger) -> Iterator[Finding]:
    """The messages of a conversation are numbered without a gap."""
    for entry in ledger.entries:
        numbers = [line.seq for line in entry.lines]
        if numbers != list(range(1, entry.conversation.last_seq + 1)):
            yield _found(numbered, entry, f"its messages are numbered {numbers}")


def patient(ledger: Ledger) -> Iterator[Finding]:
    """ "One moment" is never said twice in a row, and once at most in public."""
    for entry in ledger.entries:
        said = [line.purpose == "acknowledge" for line in entry.ours]
        if any(one and next_one for one, next_one in pairwise(said)):
            yield _found(patient, entry, "it was acknowledged twice in a row")
        if entry.conversation.surface == "public" and sum(said) > 1:
            yield _found(patient, entry, f"it was acknowledged {sum(said)} times in public")


def visible(ledger: Ledger) -> Iterator[Finding]:
    """What was not sent, or may not have been, is seen by an agent.

    An acknowledgement is not worth a human: what it announced comes, or humans have it anyway.
    """
    for entry in ledger.entries:
        for line in entry.ours:
            if line.delivery not in ("sent", "failed", "unknown"):
                yield _found(visible, entry, f"what became of message {line.seq} is {line.delivery}")
            elif line.delivery != "sent" and line.purpose != "acknowledge" and entry.case is None:
                yield _found(visible, entry, f"message {line.seq} is {line.delivery} and no agent sees it")


def timed(ledger: Ledger) -> Iterator[Finding]:
    """No clock runs backwards, and those that must have stopped have."""
    for entry in ledger.entries:
        for line in entry.customers:
            if line.handled_at and line.handled_at < line.created_at:
                yield _found(timed, entry, f"message {line.seq} was handled before it came")
    for case in ledger.cases:
        for words in _wrong_clocks(case, ledger):
            yield Finding(
                check="timed", conversation=case.conversation_id, words=f"{case.reference}: {words}"
            )


def _wrong_clocks(case: Case, ledger: Ledger) -> Iterator[str]:
    since = case.acknowledge_by - PROMISED
    if case.opened_at < since:
        yield "opened before the customer wrote"
    if case.acknowledged_at and case.acknowledged_at < since:
        yield "acknowledged before the customer wrote"
    if case.answer_by <= case.opened_at:
        yield "promised for before it was opened"
    for name, moment in (("answered", case.answered_at), ("resolved", case.resolved_at)):
        if moment and moment < case.opened_at:
            yield f"{name} before it was opened"
    if (case.resolved_at is not None) != (not case.is_human):
        yield f"{case.status}, and resolved at {case.resolved_at}"
    said = list(_said_in(case, ledger))
    announced = any(line.purpose == "handover" and line.delivery == "sent" for line in said)
    if case.acknowledged_at is None and announced and _is_only_one(case, ledger):
        yield "the customer was told of it, and it says not acknowledged"
    if case.answered_at and not any(line.author == "agent" for line in said):
        yield "answered by no agent"


def _said_in(case: Case, ledger: Ledger) -> Iterator[Line]:
    for entry in ledger.entries:
        if case.conversation_id == entry.id or (entry.case and entry.case.id == case.id):
            yield from entry.ours


def _is_only_one(case: Case, ledger: Ledger) -> bool:
    """Whether what was said in its conversation was said of this case alone."""
    return sum(other.conversation_id == case.conversation_id for other in ledger.cases) == 1


def _found(check: Check, entry: Entry | None, words: str) -> Finding:
    return Finding(check=check.__name__, conversation=entry.id if entry else None, words=words)


CHECKS: tuple[Check, ...] = (handled, answered, owned, at_rest, numbered, patient, visible, timed)
