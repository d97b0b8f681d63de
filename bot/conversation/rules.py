"""The rules: from what was understood to what is done. Pure, and ruled by brand.yml."""

from __future__ import annotations

import unicodedata

from msgspec import Struct

from bot.brand import Brand, Decided, Priority, Route
from bot.brand.model import Thresholds
from bot.guard import Finding
from bot.messages import Reading, Register, Reply, Understanding

NOT_UNDERSTOOD = "nlu_fallback"
# An action that could not help says so by the name of its response.
GIVES_UP = "utter_hand_over"
CLARIFIES = "utter_clarify"
# Matters in which the customer himself gets words of help: other texts of data/guard/emergency.yml
# fit only one who is in danger this very moment, which nobody but a human can tell.
HELPED = frozenset({"self_harm"})
# From here on a matter for a human is likelier than any other.
_LIKELY = 0.5
# The customer wants no more of the bot.
STOP = "stop"
CONSOLED: tuple[Register, ...] = ("complaint", "problem", "crisis")
# Content in which there is nothing to read and nothing to do.
DECORATION = frozenset({"sticker", "animation", "dice", "game", "reaction"})
# Content in which something was said that nobody here can read, whatever is written beside it.
SEALED = frozenset({"encrypted"})


class Situation(Struct, frozen=True, kw_only=True):
    """What matters about a conversation beside the message itself."""

    misunderstandings: int = 0


class Decision(Struct, frozen=True, kw_only=True):
    """What is done, and why: `reason` is a word that agents see translated.

    `team` is None where no route names one: the account's, else the brand's default.
    """

    kind: Decided
    reason: str
    register: Register
    team: str | None
    priority: Priority = "normal"


def decide(
    understanding: Understanding, situation: Situation, brand: Brand, alarm: Finding | None = None
) -> Decision:
    """Decide on a message that the assistant has read.

    Safety first: the guard's `alarm`, a crisis, then doubt in favour of a human, then what the
    brand does with such a message, provided that the assistant is sure enough.
    """
    reading = understanding.reading
    if alarm:
        return raise_alarm(alarm, reading, brand)
    if reading.register == "crisis":
        return _hand_over("crisis", "crisis", brand.routing["crisis"])
    if _human_share(reading, brand.thresholds) >= _enough(reading, brand):
        return _doubt(reading, brand)
    if any(reply.name.startswith(GIVES_UP) for reply in understanding.replies):
        route = brand.route(reading.intent, reading.register)
        return _hand_over("no_live_data", reading.register, route)
    return _by_route(understanding, situation, brand)


def _doubt(reading: Reading, brand: Brand) -> Decision:
    """Hand over what is, or may be, a human's matter; which of the two, the agent is told."""
    likeliest = _likeliest(reading, brand.thresholds)
    if _human_share(reading, brand.thresholds) >= _LIKELY:
        return _hand_over(likeliest, likeliest, brand.route(reading.intent, likeliest))
    return _hand_over("doubt", reading.register, brand.route(reading.intent, reading.register))


def raise_alarm(alarm: Finding, reading: Reading, brand: Brand) -> Decision:
    """Hand over what the guard found, whatever the assistant thinks."""
    grave = alarm.severity == "crisis"
    register: Register = "crisis" if grave else _likeliest(reading, brand.thresholds)
    return _hand_over(alarm.kind, register, brand.alarm_route(alarm.kind, alarm.severity))


def mind_content(decision: Decision, kinds: frozenset[str], brand: Brand) -> Decision:
    """The same decision, unless there is more to a message than its words, which only a human can see."""
    if decision.kind != "hand_over" and kinds & SEALED:
        return _hand_over("unreadable_content", decision.register, brand.routing["other"])
    return decision


def decide_on_content(kinds: frozenset[str], brand: Brand) -> Decision:
    """Decide on photos, voice and the like that came without a word."""
    if kinds <= DECORATION:
        return _decision("acknowledge", "decoration", "other", brand.routing["other"])
    return _hand_over("unreadable_content", "other", brand.routing["other"])


def give_up(reason: str, brand: Brand) -> Decision:
    """Hand over because the product itself failed."""
    return _hand_over(reason, "other", brand.routing["other"])


def is_word(text: str, words: dict[str, tuple[str, ...]]) -> bool:
    """Whether a message is, as a whole, one of the words of any language."""
    return folded(text) in {folded(word) for group in words.values() for word in group}


def fitting(understanding: Understanding, decision: Decision) -> tuple[Reply, ...]:
    """What the assistant says that fits the decision.

    Before a handover only a sentence written for it: an answer to another matter would be an
    irrelevant paste. The same when it is unsure.
    """
    if decision.kind in ("answer", "thank", "acknowledge"):
        return understanding.replies
    begins = {"hand_over": _before_handover(decision), "clarify": (CLARIFIES,)}
    return tuple(
        reply for reply in understanding.replies if reply.name.startswith(begins.get(decision.kind, ()))
    )


def _before_handover(decision: Decision) -> tuple[str, ...]:
    """How names of responses begin that may come before a handover: what consoles, for all."""
    registers = CONSOLED if decision.register in CONSOLED else ()
    names = (*registers, *({decision.reason} & {"opportunity", "ask_human"}))
    return (GIVES_UP, *(f"utter_{name}" for name in names))


def _by_route(understanding: Understanding, situation: Situation, brand: Brand) -> Decision:
    reading = understanding.reading
    route = brand.route(reading.intent, reading.register)
    kind = route.decision
    if kind == "hand_over":
        return _hand_over(_reason(reading), reading.register, route)
    if kind == "clarify" or not _sure(reading, kind, brand.thresholds):
        return _unsure(reading, situation, route)
    if kind == "answer" and not understanding.replies:
        return _hand_over("no_answer", reading.register, route)
    return _decision(kind, _reason(reading), reading.register, route)


def _unsure(reading: Reading, situation: Situation, route: Route) -> Decision:
    if situation.misunderstandings:
        return _hand_over("not_understood_twice", reading.register, route)
    return _decision("clarify", "not_understood", reading.register, route)


def _sure(reading: Reading, kind: Decided, thresholds: Thresholds) -> bool:
    if reading.intent == NOT_UNDERSTOOD or reading.confidence < thresholds.understood:
        return False
    # To fall silent for good by mistake is as bad as a wrong answer.
    least = {"answer": thresholds.answer, "thank": thresholds.thank, STOP: thresholds.answer}
    return reading.confidence >= least.get(STOP if reading.intent == STOP else kind, 0)


def _human_share(reading: Reading, thresholds: Thresholds) -> float:
    return sum(reading.registers.get(register, 0) for register in thresholds.human_registers)


def _enough(reading: Reading, brand: Brand) -> float:
    """How much doubt in favour of a human is enough, given what would be done instead."""
    own = brand.route(reading.intent, reading.register).human
    return brand.thresholds.human if own is None else own


def _likeliest(reading: Reading, thresholds: Thresholds) -> Register:
    return max(thresholds.human_registers, key=lambda name: reading.registers.get(name, 0))


def _reason(reading: Reading) -> str:
    return reading.intent if reading.register == "other" else reading.register


def _hand_over(reason: str, register: Register, route: Route) -> Decision:
    return _decision("hand_over", reason, register, route)


def _decision(kind: Decided, reason: str, register: Register, route: Route) -> Decision:
    return Decision(
        kind=kind,
        reason=reason,
        register=register,
        team=route.team,
        priority=route.priority,
    )


def folded(text: str) -> str:
    """Letters, digits and spaces alone, small and without accents, to compare what people typed."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum() or c.isspace()).strip()
