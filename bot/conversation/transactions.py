"""The transactions of a turn. Each checks first that the turn is still ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.conversation import facts
from bot.conversation.courier import Left
from bot.conversation.speaking import Said, Speech, say, speak, spoken
from bot.guard import Finding
from bot.messages import Button, Purpose, Reply
from bot.store import (
    cases,
    conversations,
    elsewhere,
    manners,
    mentions,
    outbound,
    outbox,
    record,
    search,
    transcript,
)
from bot.store.manners import Past
from bot.store.outbox import Claim, Parcel, Queued
from bot.store.rows import Case, Conversation, Line
from bot.store.transcript import Draft

# How long the bot keeps trying to send: later than that a reply would startle, not help.
BOT_DELIVERY = timedelta(hours=1)
# What is read in one turn; the rest is read in the next, after everybody else who waits. Who types
# fast writes a dozen lines while a turn is taken, and a single message has some 4,000 characters
# at most; more than that is somebody who floods us, and what Rasa and the guard need grows with it.
MOST_LINES = 30
MOST_CHARACTERS = 4000


class Opening(Struct, frozen=True, kw_only=True):
    """What a turn starts from: the conversation, its case, and what was not handled yet.

    `past` is what manners ask of the time before.
    """

    conversation: Conversation
    case: Case | None
    lines: tuple[Line, ...]
    lease: str
    past: Past = Past()

    @property
    def since(self) -> datetime:
        """When the customer wrote the oldest of these messages."""
        return self.lines[0].created_at

    @property
    def until(self) -> datetime:
        """When the customer wrote the latest of them, by the clock of whoever took it in."""
        return max(line.created_at for line in self.lines)

    @property
    def content(self) -> frozenset[str]:
        """The kinds of what came beside or in place of words."""
        return frozenset(each.kind for line in self.lines for each in line.attachments)

    @property
    def reply_to(self) -> str:
        """In public a text hangs below the message that it answers; in private it just follows."""
        return self.lines[-1].platform_id if self.conversation.surface == "public" else ""

    @property
    def text(self) -> str:
        """What the customer wrote, as the assistant reads it.

        A pressed button says all. What is typed never starts with a slash, which would be an
        order to the assistant.
        """
        pressed = [line.text for line in self.lines if line.is_payload]
        if pressed:
            return pressed[-1]
        if any(line.is_start for line in self.lines):
            return "/greet"
        return "\n".join(line.text.lstrip("/ ") for line in self.lines).strip()


class Outcome(Struct, frozen=True, kw_only=True):
    """What a turn ends with; `label` comes before the first reply.

    `opener` is sent in private to the author of the public message `reply_to`. What the customer has
    `stopped` is this conversation; who lets the bot speak again may mean all of his. `server` is that
    of the assistant which read the turn, if one did.
    """

    replies: tuple[Reply, ...] = ()
    opener: str = ""
    label: str = ""
    purpose: Purpose = "answer"
    reply_to: str = ""
    language: str | None = None
    misunderstandings: int = 0
    case: cases.NewCase | None = None
    reference: str = ""
    stopped: bool | None = None
    resumes_everywhere: bool = False
    server: str = ""

    def after(self, last_purpose: Purpose | None) -> tuple[Reply, ...]:
        """What is said: the label only where "one moment", said just before, has not had it."""
        if not self.label or not self.replies or last_purpose == "acknowledge":
            return self.replies
        first, *others = self.replies
        return (structs.replace(first, text=f"{self.label} {first.text}"), *others)


def open_turn(connection: Connection, conversation_id: int, lease: str, brand: Brand) -> Opening:
    """Read what a turn needs."""
    conversation = conversations.load(connection, conversation_id)
    lines = transcript.unhandled(connection, conversation_id, MOST_LINES)
    return _opening(connection, conversation, lines, lease, brand)


def look_into(connection: Connection, conversation_ids: Sequence[int], brand: Brand) -> Iterator[Opening]:
    """Read what turns would need that nobody has taken."""
    talks = conversations.load_all(connection, conversation_ids)
    lines = transcript.unhandled_in(connection, conversation_ids, MOST_LINES)
    for each in conversation_ids:
        if each in talks:
            yield _opening(connection, talks[each], lines[each], "", brand)


def _opening(
    connection: Connection, conversation: Conversation, unhandled: Sequence[Line], lease: str, brand: Brand
) -> Opening:
    lines = portion(unhandled)
    case = cases.current(connection, conversation.case_id)
    past = _past(connection, conversation, lines, brand)
    if case and case.reason == mentions.REASON:
        past = structs.replace(past, joined=True, replied=_is_reply(connection, conversation, lines))
    return Opening(conversation=conversation, case=case, lines=lines, lease=lease, past=past)


def _past(connection: Connection, conversation: Conversation, lines: tuple[Line, ...], brand: Brand) -> Past:
    if not lines:
        return Past()
    first = lines[0]
    asks = facts.asks_of(conversation, brand, first.created_at)
    return manners.past(connection, conversation, first.seq, first.created_at, asks)


def _is_reply(connection: Connection, conversation: Conversation, lines: tuple[Line, ...]) -> bool:
    """Whether a text of ours is answered."""
    answered = {line.reply_to for line in lines if line.reply_to}
    return any(outbound.ours_by_platform_id(connection, conversation.id, each) for each in answered)


def portion(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that are read together, at least one."""
    lines = tuple(lines)
    lengths = accumulate(len(line.text) for line in lines)
    return lines[: max(1, sum(length <= MOST_CHARACTERS for length in lengths))]


def leave(connection: Connection, opening: Opening, now: datetime) -> None:
    """End a turn for which there was nothing to do; what came meanwhile is due."""
    if conversations.lock(connection, opening.conversation.id, opening.lease):
        _close(connection, opening, now)


def acknowledge(connection: Connection, opening: Opening, text: str, now: datetime) -> bool:
    """Say "one moment", unless the turn is no longer ours, a human came in, or it has been said."""
    conversation = _ours(connection, opening)
    if conversation is None or conversation.last_purpose != opening.conversation.last_purpose:
        return False
    if conversation.is_elsewhere(now):
        return False
    say(connection, telling(opening, text, "acknowledge", now))
    return True


def telling(opening: Opening, text: str, purpose: Purpose, now: datetime) -> Speech:
    """A text of the brand's own, never said before what it follows was written: clocks differ.

    In public below what this customer wrote: what begins the thread may be another's, who would get it.
    """
    conversation, moment = opening.conversation, max(now, opening.until)
    draft = _draft(Reply(text=text), purpose, opening.reply_to)
    since = _unanswered_since(opening, conversation)
    return Speech(
        conversation=conversation, draft=draft, deadline=moment + BOT_DELIVERY, now=moment, since=since
    )


class Finished(Left, frozen=True, kw_only=True):
    """What a turn leaves; whether there is `more` to read."""

    more: bool


def finish(
    connection: Connection, opening: Opening, outcome: Outcome, now: datetime, claim: Claim | None = None
) -> Finished | None:
    """Commit replies, handover and "handled" together; None if the turn was lost.

    Nothing is said where somebody outside has come in meanwhile, and that is then another turn.
    Who has a `claim` sends the first text himself, unless another waits before it.
    """
    held = _ours(connection, opening)
    if held is None or (outcome.replies and held.is_elsewhere(now)):
        return None
    if outcome.case:
        held = _hand_over(connection, opening, held, outcome.reference, outcome.case, now)
    if held.case_id:
        search.add(connection, opening.lines)
    since = _unanswered_since(opening, held)
    said = _say(connection, held, outcome, since, now)
    talk = said.conversation
    _heed_stop(connection, talk, outcome, now)
    more = _close(connection, opening, now, {**spoken(talk), **_remembered(talk, outcome, now)})
    send = _claimed(connection, said, claim)
    return Finished(send=send, wait=bool(said.texts) and not send, more=more)


def _remembered(talk: Conversation, outcome: Outcome, now: datetime) -> dict[str, object]:
    """What a turn leaves for the next."""
    read_by = {"server": outcome.server, "read_at": now} if outcome.server else {}
    return {"language": talk.language, "misunderstandings": outcome.misunderstandings, **read_by}


def _hand_over(
    connection: Connection,
    opening: Opening,
    held: Conversation,
    reference: str,
    new: cases.NewCase,
    now: datetime,
) -> Conversation:
    acknowledged_at = _acknowledged_at(connection, opening)
    case = cases.open_case(connection, held.id, reference, new, acknowledged_at=acknowledged_at, now=now)
    _heed_colleague(connection, opening, held)
    return structs.replace(held, case_id=case.id)


def _claimed(connection: Connection, said: Said, claim: Claim | None) -> list[Parcel]:
    """The first text that was said, if it may set out now."""
    first = [(text, said.conversation) for text in said.texts[:1]]
    return outbox.claim_new(connection, first, claim) if claim else []


def pass_on(
    connection: Connection,
    opening: Opening,
    *,
    answer_by: datetime,
    urgent_by: datetime,
    alarm: Finding | None,
    notice: str,
    now: datetime,
) -> bool:
    """Leave messages to the humans who own the conversation; a resolved case is reopened.

    An `alarm` of the guard makes it urgent. `notice` is said unless it is empty.
    """
    conversation = conversations.lock(connection, opening.conversation.id, opening.lease)
    if conversation is None:
        return False
    case = cases.current(connection, conversation.case_id)
    if case and case.status == "handed_back":
        # Just now: these messages are the bot's again.
        conversations.give_back(connection, conversation.id, opening.lease, now)
        return False
    if case and case.status == "resolved":
        case = cases.reopen(connection, case, answer_by=answer_by, now=now)
    if case and alarm and case.rank > 0:
        cases.escalate(connection, case, why=alarm.why, answer_by=urgent_by, now=now)
    if notice:
        say(connection, telling(opening, notice, "notice", now))
    search.add(connection, opening.lines)
    _close(connection, opening, now)
    return True


def _acknowledged_at(connection: Connection, opening: Opening) -> datetime | None:
    """When what was written was acknowledged, if it was: after it, though the clock may have been set."""
    moment = transcript.acknowledged_at(connection, opening.conversation.id, opening.lines[0].seq)
    return moment and max(moment, opening.since)


def _heed_colleague(connection: Connection, opening: Opening, conversation: Conversation) -> None:
    """The promise of an answer is kept by who has answered elsewhere what this case is about."""
    if conversation.elsewhere_at is None:
        return
    moment = elsewhere.answered_at(connection, conversation.id, opening.lines[-1].seq)
    if moment:
        cases.first_response_sent(connection, conversation.id, by_agent=True, now=moment)


def _ours(connection: Connection, opening: Opening) -> Conversation | None:
    """The conversation, if the lease holds and no human has come in since the turn began.

    Nor does anybody before the end of the transaction: who moves a case writes that into the record
    of the conversation in which it began, which we hold as well as ours.
    """
    conversation = conversations.lock(connection, opening.conversation.id, opening.lease)
    case = cases.current(connection, conversation.case_id) if conversation else None
    if conversation and case and case.conversation_id != conversation.id:
        conversations.hold(connection, case.conversation_id)
        case = cases.load(connection, case.id)
    return conversation if case is None or case.status == "handed_back" else None


def _say(
    connection: Connection,
    conversation: Conversation,
    outcome: Outcome,
    since: datetime | None,
    now: datetime,
) -> Said:
    """All that a turn has to say, in the conversation that we hold and that speaks its language now."""
    talk = structs.replace(conversation, language=outcome.language or conversation.language)
    texts: list[Queued] = []
    for draft in _drafts(outcome, conversation.last_purpose):
        speech = Speech(conversation=talk, draft=draft, deadline=now + BOT_DELIVERY, now=now, since=since)
        said = speak(connection, speech)
        talk, since = said.conversation, None
        texts += said.texts
    return Said(talk, tuple(texts))


def _drafts(outcome: Outcome, last_purpose: Purpose | None) -> Iterator[Draft]:
    for reply in outcome.after(last_purpose):
        yield _draft(reply, outcome.purpose, outcome.reply_to)
    if outcome.opener:
        opener = _draft(Reply(text=outcome.opener), outcome.purpose, outcome.reply_to)
        yield structs.replace(opener, in_private=True)


def _draft(reply: Reply, purpose: Purpose, reply_to: str) -> Draft:
    return Draft(
        author="bot",
        purpose=purpose,
        text=reply.text,
        buttons=_distinct(reply.buttons),
        reply_to=reply_to,
        delivery="queued",
    )


def _unanswered_since(opening: Opening, conversation: Conversation) -> datetime | None:
    """Since when the customer has not heard from us; None where he was told to wait a moment."""
    return None if conversation.last_purpose == "acknowledge" else opening.since


def _distinct(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    return tuple({button.payload: button for button in buttons}.values())


def _heed_stop(connection: Connection, conversation: Conversation, outcome: Outcome, now: datetime) -> None:
    if outcome.stopped is None:
        return
    meant = manners.stopped(connection, conversation) if outcome.resumes_everywhere else [conversation.id]
    for each in meant:
        conversations.flag(
            connection, each, name="stopped", on=outcome.stopped, actor=record.CUSTOMER, now=now
        )


def _close(
    connection: Connection, opening: Opening, now: datetime, changes: Mapping[str, object] | None = None
) -> bool:
    """Mark the messages handled; those that came meanwhile, or were too many, are due at once.

    Tells whether there are any. `changes` is what else becomes of the conversation.
    """
    transcript.mark_handled(connection, opening.lines, now)
    more = bool(transcript.unhandled(connection, opening.conversation.id, most=1))
    conversations.release(connection, opening.conversation.id, due_at=now if more else None, changes=changes)
    return more
