"""Turns on which our own code fails: tried again after growing pauses, then given to a human.

A customer is not left alone because of an error of ours, and nobody else waits for him. Whatever
is said here is tried in a savepoint, for what failed in the turn may fail again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.conversation import compose, handover, rules, texts, transactions
from bot.conversation.compose import UNREAD, Scene
from bot.guard import Guard
from bot.store import cases, conversations, record, set_aside, transcript
from bot.store.faults import is_away
from bot.store.rows import Case, Conversation
from bot.unexpected import trail

log = logging.getLogger(__name__)

# How often a turn is begun, and the pause after the first failure: it doubles each time.
ATTEMPTS = 5
FIRST = timedelta(seconds=1)
# A turn that was begun so often may be what ended the process each time. Of those one is taken at a
# time, and the others wait for so long: each that ran beside it would be suspected, too.
SUSPECT = 3
NOT_NOW = timedelta(seconds=0.2)
NEVER_ENDED = "each process that took it ended"


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """A turn that failed: whose, under which lease, when, and by which kind of error in which place."""

    conversation_id: int
    lease: str
    error: str
    brand: Brand
    guard: Guard
    now: datetime


@dataclass(frozen=True, kw_only=True)
class PutAside:
    """A turn that was set aside: how many messages, and the reason of the case, if one was opened."""

    conversation: Conversation
    messages: int
    reason: str


def pause(attempts: int) -> timedelta | None:
    """How long a turn rests that failed so many times; None if it was tried often enough. Pure."""
    return FIRST * 2.0 ** (attempts - 1) if attempts < ATTEMPTS else None


def failed(connection: Connection, mishap: Mishap) -> PutAside | None:
    """Try a turn again later, or set it aside, unless it is no longer ours."""
    if not conversations.lock(connection, mishap.conversation_id, mishap.lease):
        return None
    conversation = conversations.load(connection, mishap.conversation_id)
    rest = pause(conversation.attempts)
    if rest is None:
        return _set_aside(connection, conversation, mishap)
    _first_that_works(connection, lambda: _acknowledge(connection, mishap))
    attempts = conversation.attempts
    conversations.postpone(connection, conversation.id, due_at=mishap.now + rest, attempts=attempts)
    return None


def _acknowledge(connection: Connection, mishap: Mishap) -> None:
    opening = transactions.open_turn(connection, mishap.conversation_id, mishap.lease, mishap.brand)
    scene = compose.scene(opening, mishap.brand, None, mishap.now)
    if text := compose.acknowledgement(scene):
        transactions.acknowledge(connection, opening, text, mishap.now)


def _set_aside(connection: Connection, conversation: Conversation, mishap: Mishap) -> PutAside:
    """All of it at once: the row, the case and its words, and that the messages are handled."""
    set_aside.put_turn(
        connection,
        conversation.id,
        channel=conversation.channel,
        account=conversation.account,
        error=mishap.error,
        attempts=min(conversation.attempts, ATTEMPTS),
        now=mishap.now,
    )
    record.write(
        connection,
        "set_aside",
        actor=record.SYSTEM,
        at=mishap.now,
        conversation_id=conversation.id,
        error=mishap.error,
    )
    _first_that_works(
        connection,
        lambda: _hand_over(connection, mishap, mishap.guard),
        lambda: _hand_over(connection, mishap, None),
        lambda: _hand_over_silently(connection, conversation, mishap),
    )
    transcript.mark_all_handled(connection, conversation.id, mishap.now)
    conversations.release(connection, conversation.id, due_at=None)
    return PutAside(
        conversation=conversation,
        messages=transcript.count_handled(connection, conversation.id, mishap.now),
        reason=_new_reason(connection, conversation),
    )


def _new_reason(connection: Connection, before: Conversation) -> str:
    case_id = conversations.load(connection, before.id).case_id
    return cases.load(connection, case_id).reason if case_id and case_id != before.case_id else ""


def _hand_over(connection: Connection, mishap: Mishap, guard: Guard | None) -> None:
    """Give it to a human and tell the customer, as any turn would."""
    brand, now = mishap.brand, mishap.now
    opening = transactions.open_turn(connection, mishap.conversation_id, mishap.lease, brand)
    if not opening.lines:
        return
    scene = compose.scene(opening, brand, None, now)
    if guard:
        findings = guard.inspect(opening.text, scene.language)
        scene = compose.alarmed(scene, guard.sure(findings), guard)
    if opening.case and opening.case.status != "handed_back":
        _pass_on(connection, scene, opening.case)
        return
    decision = rules.give_up("set_aside", brand)
    if scene.alarm:
        decision = rules.raise_alarm(scene.alarm, UNREAD.reading, brand)
    outcome = compose.outcome(compose.judged(decision, scene), UNREAD, scene)
    transactions.finish(connection, opening, outcome, now)


def _pass_on(connection: Connection, scene: Scene, case: Case) -> None:
    """Leave it to the humans who have a case, which is reopened if it was closed."""
    alarm = scene.alarm
    answer_by = handover.answer_by_again(case.rank, scene.brand, scene.account, scene.now)
    transactions.pass_on(
        connection,
        scene.opening,
        answer_by=answer_by,
        urgent_by=handover.answer_by_again(0, scene.brand, scene.account, scene.now),
        alarm=alarm if alarm and alarm.severity == "crisis" else None,
        notice=compose.notice(scene, case, answer_by),
        now=scene.now,
    )


def _hand_over_silently(connection: Connection, conversation: Conversation, mishap: Mishap) -> None:
    """The same without a word to the customer: not even that could be composed."""
    brand, now = mishap.brand, mishap.now
    account = brand.account_of(conversation.channel, conversation.account)
    case = cases.current(connection, conversation.case_id)
    if case and case.status == "resolved":
        answer_by = handover.answer_by_again(case.rank, brand, account, now)
        cases.reopen(connection, case, answer_by=answer_by, now=now)
    if case and case.status != "handed_back":
        return
    new = handover.new_case(
        rules.give_up("set_aside", brand),
        brand,
        account,
        language=texts.language_for(brand.market_of(account), conversation.language),
        entities=(),
        since=transcript.waiting_since(connection, conversation.id) or now,
        now=now,
    )
    reference = cases.new_reference(brand.reference_prefix)
    cases.open_case(connection, conversation.id, reference, new, acknowledged_at=None, now=now)


def _first_that_works(connection: Connection, *ways: Callable[[], None]) -> None:
    """Try ways to do something; each is undone where it fails."""
    for way in ways:
        try:
            with connection.begin_nested():
                way()
        except Exception as error:
            if is_away(error):
                raise
            log.error("stumbled once more: %s", trail(error))
        else:
            return
