"""What manners make of a decision: said, left unsaid, or left to a human. Pure, and ruled by brand.yml."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct, structs

from bot.brand import Act, Manners
from bot.conversation.rules import Decision
from bot.messages import Purpose

# The reason of cases which the bot could have answered, had it been allowed to.
LEFT_TO_HUMAN = "left_to_human"

# Keys of an etiquette, which name the rule that decided.
Key = Literal[
    "acknowledge",
    "answer",
    "thank",
    "clarify",
    "hand_over",
    "most_per_thread",
    "most_per_person_a_day",
    "quiet_hours",
    "whom",
    "never",
    "silent_on",
]
# Nobody waits for an answer of ours to what this keeps us out of.
_NOT_OURS: frozenset[Key] = frozenset({"whom", "never", "silent_on"})


class Facts(Struct, frozen=True, kw_only=True):
    """What manners look at, beside what is decided.

    `clock` is the moment in the market's time zone. `addressed` says that the message speaks to
    the brand, `excluded` that its author is never answered. `in_thread` and `today` count the
    turns before this one in which the bot spoke to this person, `waiting` says that it has just
    said "one moment", and `acknowledged` that it ever did in this conversation. With `silenced`
    the customer wants none of the bot, or has abused it, or somebody outside answers him. With `late`
    he wrote so long ago that nobody waits for "one moment": the platform told it late.
    """

    clock: datetime
    addressed: bool = True
    excluded: bool = False
    in_thread: int = 0
    today: int = 0
    waiting: bool = False
    acknowledged: bool = False
    silenced: bool = False
    late: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """What is done, and whether the customer is told anything.

    `key` names the rule that allowed or forbade it; None where no rule was asked.
    """

    decision: Decision
    speaks: bool
    key: Key | None = None


def judge(decision: Decision, manners: Manners, facts: Facts) -> Verdict:
    """What becomes of a decision.

    What must not be answered here goes to a human, and without a word where nothing may be said.
    Handovers always happen.
    """
    if decision.kind == "none":
        return Verdict(decision=decision, speaks=False)
    if facts.silenced:
        return Verdict(decision=decision, speaks=False)
    mute = _mute(decision.kind, decision, manners, facts)
    if mute in _NOT_OURS:
        return _unsaid(decision, mute)
    forbidden = _forbidden(decision.kind, manners)
    if forbidden or mute:
        return _instead(decision, forbidden, mute, manners, facts)
    return Verdict(decision=decision, speaks=True, key=decision.kind)


def may_wait_aloud(manners: Manners, facts: Facts) -> bool:
    """Whether a text that only says "one moment" may be sent; never two in a row."""
    once = manners.acknowledge == "once_per_thread" and facts.acknowledged
    if facts.silenced or facts.waiting or facts.late or once:
        return False
    stops = _forbidden("acknowledge", manners) or _mute("acknowledge", None, manners, facts)
    return stops is None


def tells_of_handover(manners: Manners, facts: Facts) -> bool:
    """Whether who waits for a human may be told something about it."""
    if facts.silenced or manners.hand_over == "silently":
        return False
    return _mute("hand_over", None, manners, facts) is None


def _unsaid(decision: Decision, key: Key | None) -> Verdict:
    kept = decision.kind == "hand_over"
    decision = decision if kept else structs.replace(decision, kind="none")
    return Verdict(decision=decision, speaks=False, key=key)


def _instead(
    decision: Decision, forbidden: Key | None, mute: Key | None, manners: Manners, facts: Facts
) -> Verdict:
    if decision.kind not in ("answer", "clarify"):
        return _unsaid(decision, forbidden or mute)
    left = structs.replace(decision, kind="hand_over", reason=LEFT_TO_HUMAN)
    return Verdict(decision=left, speaks=tells_of_handover(manners, facts), key=forbidden or mute)


def _forbidden(act: Act, manners: Manners) -> Key | None:
    """The key of the rule that forbids to do this at all."""
    allowed = {
        "answer": manners.answer,
        "thank": manners.thank,
        "clarify": manners.clarify,
        "hand_over": manners.hand_over == "tell",
        "acknowledge": manners.acknowledge != "never",
    }
    return None if allowed[act] else act


def _mute(act: Act, decision: Decision | None, manners: Manners, facts: Facts) -> Key | None:
    """The key of the first rule by which nothing is said here and now."""
    return next(_mutes(act, decision, manners, facts), None)


def _mutes(act: Act, decision: Decision | None, manners: Manners, facts: Facts) -> Iterator[Key]:
    if facts.excluded:
        yield "never"
    if manners.whom == "addressed" and not facts.addressed:
        yield "whom"
    if decision and {decision.reason, decision.register} & set(manners.silent_on):
        yield "silent_on"
    if manners.quiet_hours and manners.quiet_hours.hold(facts.clock):
        yield "quiet_hours"
    if manners.most_per_person_a_day is not None and facts.today >= manners.most_per_person_a_day:
        yield "most_per_person_a_day"
    full = manners.most_per_thread is not None and facts.in_thread >= manners.most_per_thread
    if full and act not in manners.beyond:
        yield "most_per_thread"


def label_is_due(
    manners: Manners, last_purpose: Purpose | None, before: datetime | None, now: datetime
) -> bool:
    """Whether a text says that it is automatic.

    It does as the first one, after a human's or a notice that his part is over, and after a
    silence; `before` is when anybody last said something, None where that was not asked for. Not
    after "one moment", which has said so.
    """
    if not manners.label or last_purpose == "acknowledge":
        return False
    if last_purpose in (None, "agent", "notice"):
        return True
    return before is not None and now - before >= manners.label_after
