"""What agents do to cases: one function is one transaction, and none knows of HTTP.

Who may do what: any agent may claim, take over, note and set flags; what ends or moves a case
needs its owner or a supervisor while a colleague owns it. What is said to customers is in
`bot.desk.replies`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import PRIORITIES, Brand, Priority, Texts
from bot.conversation import texts
from bot.desk.platforms import Platforms
from bot.desk.targets import LONGEST_TEXT
from bot.desk.windows import reply_window
from bot.errors import AlreadyClaimed, NotFound, ReplyRefused, TransitionError
from bot.store import (
    agents,
    cases,
    conversations,
    elsewhere,
    mentions,
    outbox,
    record,
    search,
    submissions,
    transcript,
)
from bot.store.rows import Agent, Case, Conversation, Line
from bot.store.transcript import Draft

# A reply that could not be sent for a day is not sent any more: the agent sees it as failed.
DELIVERY = timedelta(hours=24)


class Act(Struct, frozen=True, kw_only=True):
    """Who acts on which case, when."""

    case_id: int
    agent: Agent
    at: datetime


class NewerCase(TransitionError):
    """What a customer writes now belongs to another case."""


class NeverTheBots(TransitionError):
    """Who spoke of the brand without addressing it was joined by a human, and hears no bot there."""


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
    conversation = conversations.load(connection, case.conversation_id)
    if conversation.case_id != case.id:
        raise NewerCase("the customer has a newer case")
    answer_by = _promised(conversation, PRIORITIES[case.rank], act, brand)
    return cases.step_in(connection, case.id, act.agent.id, answer_by=answer_by, now=act.at)


def note(connection: Connection, act: Act, written: Written) -> Line | None:
    """Write a note for colleagues; None if this very form was sent before."""
    if not submissions.is_new(connection, written.token, act.agent.id, act.at):
        return None
    check_text(written.text)
    return _note(connection, cases.load(connection, act.case_id), act, written.text)


def transfer(connection: Connection, act: Act, *, team: str, text: str, brand: Brand) -> Case:
    """Put a case into another team's queue, with a note if `text` says something."""
    if team not in brand.teams:
        raise NotFound(f"there is no team {team!r}")
    case = held(connection, act)
    if text.strip():
        check_text(text)
        _note(connection, case, act, text)
    return cases.transfer(connection, case.id, team, act.agent.id, act.at)


def prioritise(connection: Connection, act: Act, *, priority: Priority, brand: Brand) -> Case:
    """Change how urgent a case is.

    A more urgent case is due earlier. A less urgent one keeps its promise: the customer was
    told of it.
    """
    case = cases.load(connection, act.case_id)
    conversation = conversations.load(connection, case.conversation_id)
    due = min(case.answer_by, _promised(conversation, priority, act, brand))
    rank = PRIORITIES.index(priority)
    if rank == case.rank:
        return case
    return cases.prioritise(connection, case.id, rank, act.agent.id, answer_by=due, now=act.at)


def hand_back(connection: Connection, act: Act, *, brand: Brand, platforms: Platforms) -> Case:
    """Let the bot speak again, and say so in private; in public nobody needs to know.

    Whoever had a conversation elsewhere has it no longer, as far as the bot is concerned.
    """
    case = held(connection, act)
    if case.reason == mentions.REASON:
        raise NeverTheBots("the bot answers no mention")
    case = cases.hand_back(connection, case.id, act.agent.id, act.at)
    for conversation in conversations_of(connection, case.id):
        if conversation.elsewhere_at:
            elsewhere.clear(connection, conversation.id, act.at)
    _announce(connection, case, brand.texts.handed_back, act, brand, platforms)
    return case


def resolve(connection: Connection, act: Act, *, tell: bool, brand: Brand, platforms: Platforms) -> Case:
    """Close a case, and tell the customer in private if `tell`."""
    case = cases.resolve(connection, held(connection, act).id, act.agent.id, act.at)
    if tell:
        _announce(connection, case, brand.texts.resolved, act, brand, platforms)
    return case


def flag(connection: Connection, act: Act, *, name: str, on: bool) -> None:
    """Set or clear `abusive` or `stopped` on all conversations of a case."""
    actor = record.agent_actor(act.agent.id)
    for conversation in conversations_of(connection, act.case_id):
        if (getattr(conversation, f"{name}_at") is not None) != on:
            conversations.flag(connection, conversation.id, name=name, on=on, actor=actor, now=act.at)


def conversations_of(connection: Connection, case_id: int) -> list[Conversation]:
    """The conversations of a case, where it began first."""
    ids = cases.conversations_of(connection, cases.load(connection, case_id))
    return [conversations.load(connection, conversation_id) for conversation_id in ids]


def held(connection: Connection, act: Act) -> Case:
    """The case, if this agent may move or end it."""
    case = cases.load(connection, act.case_id)
    is_others = case.status == "claimed" and case.agent_id not in (None, act.agent.id)
    if is_others and case.agent_id and act.agent.role != "supervisor":
        raise AlreadyClaimed(agents.load(connection, case.agent_id).name)
    return case


def conversation_of(connection: Connection, case: Case, conversation_id: int) -> Conversation:
    """A conversation of a case; raises `NotFound` for any other."""
    if conversation_id not in cases.conversations_of(connection, case):
        raise NotFound(f"conversation {conversation_id} is not part of case {case.id}")
    return conversations.load(connection, conversation_id)


def hears_the_bot(conversation: Conversation, platforms: Platforms, now: datetime) -> bool:
    """Whether a text of the brand's own may be said there: wanted, in private, and still in time."""
    if conversation.surface == "public" or conversation.stopped_at or conversation.unreachable_at:
        return False
    windows = platforms.of(conversation).features.windows
    return reply_window(windows, conversation.said_at, now).is_for_all


def language_of(conversation: Conversation, case: Case, brand: Brand) -> str:
    """The language in which one of the brand's own texts is said there."""
    market = brand.market_of(brand.account_of(conversation.channel, conversation.account))
    return texts.language_for(market, conversation.language, case.language)


def send(
    connection: Connection,
    conversation: Conversation,
    draft: Draft,
    act: Act,
    *,
    ends: datetime | None = None,
) -> Line:
    """Write a text into a conversation and queue it, to be sent before `ends` at the latest."""
    line = transcript.append(connection, conversation.id, draft, act.at)
    deadline = act.at + DELIVERY
    outbox.put(connection, line, now=act.at, deadline=min(deadline, ends or deadline))
    conversations.change(connection, conversation.id, last_purpose=draft.purpose)
    return line


def check_text(text: str) -> None:
    """Refuse what nobody could have meant to send."""
    if not text.strip():
        raise ReplyRefused("empty")
    if len(text) > LONGEST_TEXT:
        raise ReplyRefused("too_long")


def write_record(connection: Connection, act: Act, action: str, conversation_id: int, **said: object) -> None:
    """Say in the record what an agent did."""
    record.write(
        connection,
        action,
        actor=record.agent_actor(act.agent.id),
        at=act.at,
        conversation_id=conversation_id,
        case_id=act.case_id,
        **said,
    )


def _promised(conversation: Conversation, priority: Priority, act: Act, brand: Brand) -> datetime:
    """Until when a customer is promised a human's answer from now on."""
    account = brand.account_of(conversation.channel, conversation.account)
    return brand.answer_by(account, priority, act.at)


def _announce(
    connection: Connection, case: Case, words: Texts, act: Act, brand: Brand, platforms: Platforms
) -> None:
    """Say one of the brand's own texts in the private conversations that want to hear it."""
    for conversation in conversations_of(connection, case.id):
        if hears_the_bot(conversation, platforms, act.at):
            language = language_of(conversation, case, brand)
            text = texts.say(words, language, brand, reference=case.reference)
            draft = Draft(author="bot", purpose="notice", text=text, delivery="queued")
            send(connection, conversation, draft, act)


def _note(connection: Connection, case: Case, act: Act, text: str) -> Line:
    draft = Draft(author="note", agent_id=act.agent.id, text=text.strip())
    line = transcript.append(connection, case.conversation_id, draft, act.at)
    search.add(connection, [line])
    write_record(connection, act, "noted", case.conversation_id, seq=line.seq)
    return line
