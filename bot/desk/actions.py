"""What agents do to cases: one function is one transaction, and none knows of HTTP.

Who may do what: any agent may claim, take over, note and set flags; what ends or moves a case
needs its owner or a supervisor while a colleague owns it. A customer is answered by one agent:
to reply is to claim, and a colleague's case must be taken over first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot import details
from bot.brand import PRIORITIES, Brand, Priority, Texts
from bot.conversation import texts
from bot.errors import AlreadyClaimed, NotFound, ReplyRefused, TransitionError
from bot.store import agents, cases, conversations, outbox, record, search, submissions, transcript
from bot.store.rows import Agent, Case, Conversation, Line
from bot.store.transcript import Draft

# A reply that could not be sent for a day is not sent any more: the agent sees it as failed.
DELIVERY = timedelta(hours=24)
LONGEST_TEXT = 4000


class Act(Struct, frozen=True, kw_only=True):
    """Who acts on which case, when."""

    case_id: int
    agent: Agent
    at: datetime


class OnItsWay(TransitionError):
    """A message that is on its way, or arrived, is not sent again."""


class NewerCase(TransitionError):
    """What a customer writes now belongs to another case."""


class Written(Struct, frozen=True, kw_only=True):
    """A text that an agent sends off.

    `token` belongs to the form: sent twice, the text is written once.
    """

    text: str
    token: str


def claim(connection: Connection, act: Act) -> Case:
    """Take a waiting case; raises `AlreadyClaimed` if a colleague was faster."""
    return cases.claim(connection, act.case_id, act.agent.id, act.at)


def take_over(connection: Connection, act: Act) -> Case:
    """Take a case from a colleague, on purpose."""
    return cases.take_over(connection, act.case_id, act.agent.id, act.at)


def reopen(connection: Connection, act: Act, *, brand: Brand) -> Case:
    """Take a case that was closed or given back to the bot; a new promise begins.

    Raises `NewerCase` where the customer has one by now.
    """
    case = cases.load(connection, act.case_id)
    if conversations.load(connection, case.conversation_id).case_id != case.id:
        raise NewerCase("the customer has a newer case")
    answer_by = act.at + brand.promises.answer_within[PRIORITIES[case.rank]]
    return cases.step_in(connection, case.id, act.agent.id, answer_by=answer_by, now=act.at)


def reply(
    connection: Connection, act: Act, written: Written, *, conversation_id: int, brand: Brand
) -> Line | None:
    """Send a text to the customer; None if this very form was sent before.

    Claims a waiting case. Raises `AlreadyClaimed` where a colleague owns it and `ReplyRefused`
    where the text must not be sent.
    """
    if not submissions.is_new(connection, written.token, act.agent.id, act.at):
        return None
    _check_text(written.text)
    case = cases.claim(connection, act.case_id, act.agent.id, act.at)
    conversation = _conversation_of(connection, case, conversation_id)
    if conversation.surface == "public":
        check_public(written.text, brand)
    line = _send(connection, conversation, _agents_draft(connection, conversation, act, written), act)
    search.add(connection, [line])
    _record(connection, act, "replied", conversation.id, seq=line.seq, surface=conversation.surface)
    return line


def note(connection: Connection, act: Act, written: Written) -> Line | None:
    """Write a note for colleagues; None if this very form was sent before."""
    if not submissions.is_new(connection, written.token, act.agent.id, act.at):
        return None
    _check_text(written.text)
    return _note(connection, cases.load(connection, act.case_id), act, written.text)


def transfer(connection: Connection, act: Act, *, team: str, text: str, brand: Brand) -> Case:
    """Put a case into another team's queue, with a note if `text` says something."""
    if team not in brand.teams:
        raise NotFound(f"there is no team {team!r}")
    case = _held(connection, act)
    if text.strip():
        _check_text(text)
        _note(connection, case, act, text)
    return cases.transfer(connection, case.id, team, act.agent.id, act.at)


def prioritise(connection: Connection, act: Act, *, priority: Priority, brand: Brand) -> Case:
    """Change how urgent a case is.

    A more urgent case is due earlier. A less urgent one keeps its promise: the customer was
    told of it.
    """
    case = cases.load(connection, act.case_id)
    due = min(case.answer_by, act.at + brand.promises.answer_within[priority])
    rank = PRIORITIES.index(priority)
    if rank == case.rank:
        return case
    return cases.prioritise(connection, case.id, rank, act.agent.id, answer_by=due, now=act.at)


def hand_back(connection: Connection, act: Act, *, brand: Brand) -> Case:
    """Let the bot speak again, and say so in private; in public nobody needs to know."""
    case = cases.hand_back(connection, _held(connection, act).id, act.agent.id, act.at)
    _announce(connection, case, brand.texts.handed_back, act, brand)
    return case


def resolve(connection: Connection, act: Act, *, tell: bool, brand: Brand) -> Case:
    """Close a case, and tell the customer in private if `tell`."""
    case = cases.resolve(connection, _held(connection, act).id, act.agent.id, act.at)
    if tell:
        _announce(connection, case, brand.texts.resolved, act, brand)
    return case


def flag(connection: Connection, act: Act, *, name: str, on: bool) -> None:
    """Set or clear `abusive` or `stopped` on all conversations of a case."""
    actor = record.agent_actor(act.agent.id)
    for conversation in conversations_of(connection, act.case_id):
        if (getattr(conversation, f"{name}_at") is not None) != on:
            conversations.flag(connection, conversation.id, name=name, on=on, actor=actor, now=act.at)


def retry(connection: Connection, act: Act, *, message_id: int) -> Line:
    """Send a message again that did not arrive; raises `TransitionError` if it is on its way."""
    case = _held(connection, act)
    line = transcript.load(connection, message_id)
    _conversation_of(connection, case, line.conversation_id)
    if not transcript.requeue(connection, message_id):
        raise OnItsWay("the message is on its way or arrived")
    outbox.put(connection, line, now=act.at, deadline=act.at + DELIVERY)
    _record(connection, act, "retried", line.conversation_id, seq=line.seq)
    return line


def conversations_of(connection: Connection, case_id: int) -> list[Conversation]:
    """The conversations of a case, where it began first."""
    ids = cases.conversations_of(connection, cases.load(connection, case_id))
    return [conversations.load(connection, conversation_id) for conversation_id in ids]


def check_public(text: str, brand: Brand) -> None:
    """Refuse to publish personal details; the brand's own addresses are none."""
    domain = brand.site.removeprefix("https://").removeprefix("http://").strip("/")
    own = domain.removeprefix("www.")
    kinds = [
        detail.kind
        for detail in details.find(text)
        if not (detail.kind == "email" and text[detail.start : detail.end].endswith(f"@{own}"))
    ]
    if kinds:
        raise ReplyRefused("personal_details", tuple(dict.fromkeys(kinds)))


def _held(connection: Connection, act: Act) -> Case:
    """The case, if this agent may move or end it."""
    case = cases.load(connection, act.case_id)
    is_others = case.status == "claimed" and case.agent_id not in (None, act.agent.id)
    if is_others and case.agent_id and act.agent.role != "supervisor":
        raise AlreadyClaimed(agents.load(connection, case.agent_id).name)
    return case


def _conversation_of(connection: Connection, case: Case, conversation_id: int) -> Conversation:
    if conversation_id not in cases.conversations_of(connection, case):
        raise NotFound(f"conversation {conversation_id} is not part of case {case.id}")
    return conversations.load(connection, conversation_id)


def _agents_draft(connection: Connection, conversation: Conversation, act: Act, written: Written) -> Draft:
    return Draft(
        author="agent",
        agent_id=act.agent.id,
        purpose="agent",
        text=written.text.strip(),
        reply_to=_reply_to(connection, conversation),
        delivery="queued",
    )


def _reply_to(connection: Connection, conversation: Conversation) -> str:
    """In public a reply hangs below the customer's last message; in private it just follows."""
    if conversation.surface == "private":
        return ""
    return transcript.last_platform_id(connection, conversation.id)


def _announce(connection: Connection, case: Case, words: Texts, act: Act, brand: Brand) -> None:
    """Say one of the brand's own texts in the private conversations that want to hear it."""
    for conversation in conversations_of(connection, case.id):
        wanted = conversation.surface == "private" and not conversation.stopped_at
        if wanted and not conversation.unreachable_at:
            language = conversation.language or case.language
            text = texts.say(words, language, brand, reference=case.reference)
            draft = Draft(author="bot", purpose="notice", text=text, delivery="queued")
            _send(connection, conversation, draft, act)


def _send(connection: Connection, conversation: Conversation, draft: Draft, act: Act) -> Line:
    line = transcript.append(connection, conversation.id, draft, act.at)
    outbox.put(connection, line, now=act.at, deadline=act.at + DELIVERY)
    conversations.change(connection, conversation.id, last_purpose=draft.purpose)
    return line


def _note(connection: Connection, case: Case, act: Act, text: str) -> Line:
    draft = Draft(author="note", agent_id=act.agent.id, text=text.strip())
    line = transcript.append(connection, case.conversation_id, draft, act.at)
    search.add(connection, [line])
    _record(connection, act, "noted", case.conversation_id, seq=line.seq)
    return line


def _check_text(text: str) -> None:
    if not text.strip():
        raise ReplyRefused("empty")
    if len(text) > LONGEST_TEXT:
        raise ReplyRefused("too_long")


def _record(connection: Connection, act: Act, action: str, conversation_id: int, **said: object) -> None:
    record.write(
        connection,
        action,
        actor=record.agent_actor(act.agent.id),
        at=act.at,
        conversation_id=conversation_id,
        case_id=act.case_id,
        **said,
    )
