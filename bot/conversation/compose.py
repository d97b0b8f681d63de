"""From a decision to the outcome of a turn: words, case and what is remembered. Pure."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from msgspec import Struct, structs

from bot import details
from bot.brand import Account, Brand, Manners, Texts
from bot.conversation import brevity, etiquette, handover, texts
from bot.conversation.etiquette import Facts, Verdict
from bot.conversation.facts import facts_of
from bot.conversation.rules import HELPED, STOP, Decision, Situation, fitting, is_word
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
    manners: Manners
    facts: Facts
    language: str
    now: datetime
    link: str | None = None
    # Whether the author of the public message may be written to in private.
    opens: bool = False
    alarm: Finding | None = None
    # Words of help and numbers to call, for who speaks of harming himself.
    help: str | None = None

    @property
    def situation(self) -> Situation:
        """What the rules need to know of it."""
        return Situation(misunderstandings=self.opening.conversation.misunderstandings)

    @property
    def label(self) -> str:
        """What says that a text is automatic, where that is due; else nothing."""
        opening, manners = self.opening, self.manners
        last = opening.conversation.last_purpose
        if not etiquette.label_is_due(manners, last, opening.past.before, opening.since):
            return ""
        return texts.say(manners.label, self.language, self.brand)


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
        manners=brand.etiquette.manners(conversation.channel, conversation.surface),
        facts=facts_of(conversation, opening.lines, opening.past, brand, now),
        language=texts.language_for(market, guess, conversation.language),
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
    if opening.case and opening.case.status != "handed_back":
        return ""
    if not opening.lines or is_word(opening.text, brand.words.stop):
        return ""
    if not etiquette.may_wait_aloud(scene.manners, scene.facts):
        return ""
    return labelled(texts.say(brand.texts.acknowledgement, scene.language, brand), scene)


def labelled(text: str, scene: Scene) -> str:
    """The text behind what says that it is automatic, where that is due."""
    return f"{scene.label} {text}" if scene.label else text


def judged(decision: Decision, scene: Scene) -> Verdict:
    """What the manners of this place make of a decision; to stop the bot is always granted."""
    if is_stop(decision):
        return Verdict(decision=decision, speaks=True)
    return etiquette.judge(decision, scene.manners, scene.facts)


def is_stop(decision: Decision) -> bool:
    """Whether the customer wants no more of the bot."""
    return decision.kind == "acknowledge" and decision.reason == STOP


def outcome(verdict: Verdict, understanding: Understanding, scene: Scene) -> Outcome:
    """What a verdict comes to."""
    decision = verdict.decision
    if is_stop(decision):
        return stopped(scene, on=True)
    if decision.kind == "hand_over":
        return _handed_over(verdict, understanding, scene)
    replies = _replies(decision, understanding, scene) if verdict.speaks else ()
    if not _fits(replies, scene):
        return _handed_over(_left_to_human(decision, scene), understanding, scene)
    conversation = scene.opening.conversation
    unsure = conversation.misunderstandings + 1 if decision.kind == "clarify" else 0
    return Outcome(
        replies=replies,
        label=scene.label,
        purpose=_PURPOSES.get(decision.kind, "answer"),
        reply_to=scene.opening.reply_to,
        language=scene.language,
        misunderstandings=unsure,
    )


def stopped(scene: Scene, *, on: bool) -> Outcome:
    """The customer stops the bot, or lets it speak again: said once, then kept.

    In public to stop is obeyed without a word: everybody would see one more of what he did not want.
    """
    words = scene.brand.texts.stopped if on else scene.brand.texts.resumed
    silently = on and scene.opening.conversation.surface == "public"
    return Outcome(
        replies=() if silently else (_fixed(words, scene),),
        label=scene.label,
        purpose="notice",
        reply_to=scene.opening.reply_to,
        language=scene.language,
        stopped=on,
        resumes_everywhere=not on and scene.manners.stop_holds == "everywhere",
    )


def notice(scene: Scene, case: Case, answer_by: datetime) -> str:
    """What who has joined a case in private, or reopened it, is told; else nothing."""
    fixed, language, brand = scene.brand.texts, scene.language, scene.brand
    if not etiquette.tells_of_handover(scene.manners, scene.facts):
        return ""
    if case.status == "resolved":
        deadline = texts.moment_in_words(answer_by, language, brand.market_of(scene.account))
        text = texts.say(fixed.handover, language, brand, deadline=deadline, reference=case.reference)
        return labelled(text, scene)
    if any(line.is_start for line in scene.opening.lines):
        return labelled(texts.say(fixed.joined, language, brand, reference=case.reference), scene)
    return ""


def _handed_over(verdict: Verdict, understanding: Understanding, scene: Scene) -> Outcome:
    decision, conversation = verdict.decision, scene.opening.conversation
    case = handover.new_case(
        decision,
        scene.brand,
        scene.account,
        language=scene.language,
        entities=_entities(understanding.reading, scene.opening.text),
        since=scene.opening.since,
        now=scene.now,
        why=scene.alarm.why if scene.alarm else "",
    )
    reference = new_reference(scene.brand.reference_prefix)
    opener = _opener(scene, reference) if scene.opens and verdict.speaks else ""
    words_of_help = (Reply(text=scene.help),) if scene.help else ()
    announce = partial(
        handover.announcement,
        scene.brand,
        scene.account,
        scene.language,
        case=case,
        reference=reference,
        way="" if conversation.surface == "private" or opener else _way_to_private(scene),
    )
    text = announce(warm=words_of_help or fitting(understanding, decision))
    if not _fits((Reply(text=text),), scene):
        # Words of help are never left out.
        text = announce(warm=words_of_help, brief=True)
    return Outcome(
        replies=(Reply(text=text),) if verdict.speaks else (),
        opener=opener,
        label=scene.label,
        purpose="handover",
        reply_to=scene.opening.reply_to,
        language=scene.language,
        case=case,
        reference=reference,
    )


def _way_to_private(scene: Scene) -> str:
    return handover.way_to_private(scene.brand, scene.language, scene.link)


def _left_to_human(decision: Decision, scene: Scene) -> Verdict:
    """What becomes of what cannot be said here in so few messages."""
    left = structs.replace(decision, kind="hand_over", reason=etiquette.LEFT_TO_HUMAN)
    return Verdict(decision=left, speaks=etiquette.tells_of_handover(scene.manners, scene.facts))


def _fits(replies: tuple[Reply, ...], scene: Scene) -> bool:
    return brevity.fits(replies, scene.label, scene.manners, scene.opening.conversation)


def _opener(scene: Scene, reference: str) -> str:
    """What begins a private conversation about a public message; nothing where manners forbid it."""
    brand, channel = scene.brand, scene.opening.conversation.channel
    manners = brand.etiquette.manners(channel, "private")
    if not etiquette.tells_of_handover(manners, scene.facts):
        return ""
    text = texts.say(brand.texts.opened_in_private, scene.language, brand, reference=reference)
    return f"{texts.say(manners.label, scene.language, brand)} {text}" if manners.label else text


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
