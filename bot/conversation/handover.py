"""What a case is opened with, and what the customer is told about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.brand import PRIORITIES, Account, Brand
from bot.conversation import texts
from bot.conversation.rules import Decision
from bot.messages import Entity, Reply
from bot.store.cases import NewCase
from bot.store.rows import Line


def new_case(
    decision: Decision,
    brand: Brand,
    account: Account,
    *,
    language: str,
    entities: tuple[Entity, ...],
    since: datetime,
    now: datetime,
    why: str = "",
) -> NewCase:
    """A case with both clocks: they run from `since`, when the customer wrote."""
    return NewCase(
        reason=decision.reason,
        why=why,
        register=decision.register,
        language=language,
        rank=PRIORITIES.index(decision.priority),
        team=decision.team or account.team or brand.default_team,
        entities=entities,
        acknowledge_by=since + brand.promises.acknowledge_within,
        answer_by=brand.answer_by(account, decision.priority, now),
    )


def announcement(
    brand: Brand,
    account: Account,
    language: str,
    *,
    case: NewCase,
    reference: str,
    warm: tuple[Reply, ...],
    way: str,
    brief: bool = False,
) -> str:
    """One text: a warm sentence, what happens next and by when, and the `way` to go on, if any.

    In `brief` there is no sentence where nobody has written a warm one.
    """
    deadline = texts.moment_in_words(case.answer_by, language, brand.market_of(account))
    first = " ".join(reply.text for reply in warm)
    if not first and not brief:
        first = texts.say(brand.texts.handover_default, language, brand)
    next_step = texts.say(brand.texts.handover, language, brand, deadline=deadline, reference=reference)
    return " ".join(filter(None, (first, next_step, way)))


def way_to_private(brand: Brand, language: str, link: str | None) -> str:
    """Where a conversation that began in public goes on."""
    if link is None:
        return texts.say(brand.texts.continue_in_private_without_link, language, brand)
    return texts.say(brand.texts.continue_in_private, language, brand, link=link)


def is_in_time(line: Line, allowed: timedelta | None, now: datetime) -> bool:
    """Whether the author of a public message may still be written to in private because of it."""
    if allowed is None or not line.platform_id or line.deleted_at:
        return False
    return now - (line.sent_at or line.created_at) < allowed


def answer_by_again(rank: int, brand: Brand, account: Account, now: datetime) -> datetime:
    """The promise for a case that is reopened."""
    return brand.answer_by(account, PRIORITIES[rank], now)
