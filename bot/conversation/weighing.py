"""How grave a mention is. Pure, and ruled by the routing of brand.yml, as messages are."""

from __future__ import annotations

from bot.brand import PRIORITIES, Brand, Priority
from bot.conversation import rules
from bot.conversation.rules import Decision, Situation
from bot.guard import Finding
from bot.messages import Reading, Understanding
from bot.store.mentions import REASON, Mention
from bot.store.ratings import Alarm, Rating


def alarm_of(finding: Finding | None, priority: Priority, brand: Brand) -> Alarm:
    """What the guard's finding comes to; without one the priority stands."""
    if finding is None:
        return Alarm(rank=PRIORITIES.index(priority))
    route = brand.alarm_route(finding.kind, finding.severity)
    return Alarm(kind=finding.kind, why=finding.why, rank=PRIORITIES.index(route.priority))


def weigh(
    understanding: Understanding, finding: Finding | None, brand: Brand, language: str | None
) -> Rating:
    """What a message that reads so would be taken for; what would be said to it does not matter."""
    decision = rules.decide(understanding, Situation(), brand, finding)
    return Rating(
        register=decision.register,
        confidence=_share(understanding.reading, decision),
        language=understanding.reading.language or language,
        alarm=alarm_of(finding, decision.priority, brand),
    )


def answered(mention: Mention, brand: Brand) -> Decision:
    """The decision of an agent who answers a mention: a case of this rank, with the team of its kind."""
    register = mention.register or "other"
    route = brand.routing.get(mention.finding) or brand.routing[register]
    return Decision(
        kind="hand_over",
        reason=REASON,
        register=register,
        team=route.team,
        priority=PRIORITIES[mention.rank],
    )


def _share(reading: Reading, decision: Decision) -> float:
    """How sure the assistant is of the register that counts."""
    own = reading.confidence if reading.register == decision.register else 0
    return reading.registers.get(decision.register, own)
