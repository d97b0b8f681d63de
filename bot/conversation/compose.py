"""From a decision to the outcome of a turn: words, case and what is remembered. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, structs

from bot import details
from bot.brand import Account, Brand, Texts
from bot.conversation import handover, texts
from bot.conversation.rules import HELPED, STOP, Decision, Situation, fitting, is_word, may_acknowledge
from bot.conversation.transactions import Opening, Outcome
from bot.guard import Finding, Guard
from bot.language import detect
from bot.messages import Entity, Purpose, Reading, Reply, Understanding
from bot.store.cases import new_reference
from bot.store.rows import Case

UNREAD = Understanding(reading=Reading(intent="unread", register="other", confidence=0))

_PURPOSES: dict[str, Purpose] = {
    "answer": "answer",
    "thank": "thank",
    "acknowledge": "answer",
    "clarify": "clarify",
    "hand_over": "handover",
}


class Scene(Struct, frozen=True, kw_only=True):
    """Where a turn is composed: who is spoken to, as whom, in which language and when."""

    opening: Opening
    brand: Brand
    account: Account
    language: str
    silenced: bool
    now: datetime
    link: str | None = None
    alarm: Finding | None = None
    # Words of help and numbers to call, for who speaks of harming himself.
    help: str | None = None

    @property
    def situation(self) -> Situation:
        """What the rules need to know of it."""
        return Situation(
            surface=self.opening.conversation.surface,
            misunderstandings=self.opening.conversation.misunderstandings,
            silenced=self.silenced,
        )


def scene(opening: Opening, brand: Brand, read_as: str | None, now: datetime) -> Scene:
    """Set the scene; `read_as` is the language that the assistant found, if it was asked."""
    conversation = opening.conversation
    account = brand.account_of(conversation.channel, conversation.account)
    market = brand.market_of(account)
    guess = read_as or detect(opening.text, market.languages)
    return Scene(
        opening=opening,
        brand=brand,
        account=account,
        language=texts.language_for(market, guess, conversation.language),
        silenced=bool(conversation.stopped_at or conversation.abusive_at),
        now=now,
    )


def alarmed(scene: Scene, alarm: Finding | None, guard: Guard) -> Scene:
    """The scene with what the guard found, and words of help where they fit everybody."""
    if alarm is None:
        return scene
    market = scene.account.market
    text = guard.help_text(alarm.kind, scene.language, market) if alarm.kind in HELPED else None
    return structs.replace(scene, alarm=alarm, help=text)


def acknowledgement(scene: Scene) -> str:
    """ "One moment", or nothing where humans have it, or where it would be too much."""
    opening, brand = scene.opening, scene.brand
    conversation = opening.conversation
    if opening.case and opening.case.status != "handed_back":
        return ""
    if not opening.lines or is_word(opening.text, brand.words.stop):
        return ""
    if not may_acknowledge(scene.situation, conversation.last_purpose, conversation.acknowledged):
        return ""
    return texts.say(brand.texts.acknowledgement, scene.language, brand)


def outcome(decision: Decision, understanding: Understanding, scene: Scene) -> Outcome:
    """What a decision comes to."""
    if decision.kind == "acknowledge" and decision.reason == STOP:
        return stopped(scene, on=True)
    if decision.kind == "hand_over":
        return _handed_over(decision, understanding, scene)
    replies = () if scene.silenced else _replies(decision, understanding, scene)
    conversation = scene.opening.conversation
    unsure = conversation.misunderstandings + 1 if decision.kind == "clarify" else 0
    return Outcome(
        replies=replies,
        purpose=_PURPOSES.get(decision.kind, "answer"),
        reply_to=_reply_to(scene),
        language=scene.language,
        misunderstandings=unsure,
    )


def stopped(scene: Scene, *, on: bool) -> Outcome:
    """The customer stops the bot, or lets it speak again: said once, then kept."""
    words = scene.brand.texts.stopped if on else scene.brand.texts.resumed
    text = texts.say(words, scene.language, scene.brand)
    return Outcome(
        replies=(Reply(text=text),),
        purpose="notice",
        reply_to=_reply_to(scene),
        language=scene.language,
        stopped=on,
    )


def notice(scene: Scene, case: Case, answer_by: datetime) -> str:
    """What who has joined a case in private, or reopened it, is told; else nothing."""
    fixed, language, brand = scene.brand.texts, scene.language, scene.brand
    if case.status == "resolved":
        deadline = texts.moment_in_words(answer_by, language, brand.market_of(scene.account))
        return texts.say(fixed.handover, language, brand, deadline=deadline, reference=case.reference)
    if any(line.is_start for line in scene.opening.lines):
        return texts.say(fixed.joined, language, brand, reference=case.reference)
    return ""


def _handed_over(decision: Decision, understanding: Understanding, scene: Scene) -> Outcome:
    conversation = scene.opening.conversation
    case = handover.new_case(
        decision,
        scene.brand,
        language=scene.language,
        entities=_entities(understanding.reading, scene.opening.text),
        since=scene.opening.since,
        now=scene.now,
        why=scene.alarm.why if scene.alarm else "",
    )
    reference = new_reference(scene.brand.reference_prefix)
    text = handover.announcement(
        scene.brand,
        scene.account,
        scene.language,
        case=case,
        reference=reference,
        warm=(Reply(text=scene.help),) if scene.help else fitting(understanding, decision),
        link=scene.link,
        surface=conversation.surface,
    )
    return Outcome(
        replies=() if scene.silenced else (Reply(text=text),),
        purpose="handover",
        reply_to=_reply_to(scene),
        language=scene.language,
        case=case,
        reference=reference,
    )


def _entities(reading: Reading, text: str) -> tuple[Entity, ...]:
    """What agents need to find the booking: the assistant's entities and the personal details."""
    read = [entity for entity in reading.entities if entity.name != "language"]
    found = [Entity(name=d.kind, value=text[d.start : d.end]) for d in details.find(text)]
    return tuple({entity.value: entity for entity in (*found, *read)}.values())


def _replies(decision: Decision, understanding: Understanding, scene: Scene) -> tuple[Reply, ...]:
    replies = fitting(understanding, decision)
    if replies or decision.kind == "none":
        return replies
    if decision.kind == "clarify":
        return (_fixed(scene.brand.texts.clarify, scene),)
    if decision.kind == "acknowledge":
        return (_fixed(scene.brand.texts.content_received, scene),)
    return ()


def _fixed(words: Texts, scene: Scene) -> Reply:
    return Reply(text=texts.say(words, scene.language, scene.brand))


def _reply_to(scene: Scene) -> str:
    """In public a reply hangs below the message that it answers; in private it just follows."""
    opening = scene.opening
    return opening.lines[-1].platform_id if opening.conversation.surface == "public" else ""
