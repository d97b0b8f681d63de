"""What agents do with mentions: one function is one transaction, and none knows of HTTP.

Who spoke of the brand without addressing it hears from a human or from nobody: nothing here makes a
turn due, so that the bot has nothing to say.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.conversation import handover, texts, weighing
from bot.desk.platforms import Platforms
from bot.errors import TransitionError
from bot.store import agents, cases, conversations, mentions, record, search, transcript
from bot.store.mentions import Mention, State
from bot.store.rows import Agent, Case, Conversation, Line
from bot.store.transcript import Draft


class Faster(TransitionError):
    """Somebody has seen to the mention: a colleague of that name, or nobody's doing (empty)."""

    def __init__(self, name: str) -> None:
        super().__init__("somebody was faster")
        self.name = name


class CannotJoin(TransitionError):
    """The platform lets nobody answer who was not addressed, or the account is switched off."""


class Settling(Struct, frozen=True, kw_only=True):
    """Who does something with which mention, when."""

    mention_id: int
    agent: Agent
    at: datetime


def answer(connection: Connection, settling: Settling, *, brand: Brand, platforms: Platforms) -> Case:
    """Take a mention on: a public conversation, and a case of this agent's in which he writes.

    Done twice by the same agent it leads to the same case. Raises `Faster`, `CannotJoin`, and
    `AlreadyClaimed` where a colleague has the case of who wrote it.
    """
    mention, now = mentions.load(connection, settling.mention_id), settling.at
    if not platforms.at(mention.channel, mention.account).joins_in:
        raise CannotJoin("the platform does not let us join in")
    # In this order, as those do who take messages in: conversations first, mentions after them.
    talk = conversations.at(connection, mention.address, mention.author, now)
    if not _settle(connection, settling, "new", "answered"):
        return _answered_before(connection, settling)
    line = _write(connection, talk, mention, now)
    case = cases.current(connection, talk.case_id)
    if case is None or not case.is_human:
        case = _open(connection, talk, mention, settling, brand)
    case = cases.claim(connection, case.id, settling.agent.id, now)
    search.add(connection, [line])
    mentions.lead_to(connection, mention.id, talk.id, case.id)
    record.write(
        connection,
        "mention_answered",
        actor=record.agent_actor(settling.agent.id),
        at=now,
        conversation_id=talk.id,
        case_id=case.id,
        mention=mention.id,
        seq=line.seq,
    )
    return case


def dismiss(connection: Connection, settling: Settling) -> None:
    """Leave a mention unanswered; raises `Faster`."""
    if not _settle(connection, settling, "new", "dismissed"):
        _check_mine(connection, settling, "dismissed")


def restore(connection: Connection, settling: Settling) -> None:
    """Put a dismissed mention back; raises `Faster` if it is no longer dismissed."""
    if not _settle(connection, settling, "dismissed", "new"):
        _check_mine(connection, settling, "new")


def _settle(connection: Connection, settling: Settling, before: State, after: State) -> bool:
    return mentions.settle(
        connection, settling.mention_id, before, after, agent_id=settling.agent.id, now=settling.at
    )


def _check_mine(connection: Connection, settling: Settling, state: State) -> None:
    """Nothing is wrong where this agent did the same before."""
    mention = mentions.load(connection, settling.mention_id)
    if mention.state != state or mention.settled_by != settling.agent.id:
        raise Faster(_who(connection, mention))


def _answered_before(connection: Connection, settling: Settling) -> Case:
    _check_mine(connection, settling, "answered")
    case = cases.current(connection, mentions.load(connection, settling.mention_id).case_id)
    if case is None:
        raise Faster("")
    return case


def _who(connection: Connection, mention: Mention) -> str:
    return agents.load(connection, mention.settled_by).name if mention.settled_by else ""


def _write(connection: Connection, talk: Conversation, mention: Mention, now: datetime) -> Line:
    """The mention as the first message of who wrote it: handled, so that no turn is due."""
    draft = Draft(
        author="customer",
        text=mention.text,
        attachments=mention.attachments,
        reply_to=mention.reply_to,
        platform_id=mention.post_id,
        sent_at=mention.sent_at,
    )
    line = transcript.append(connection, talk.id, draft, now)
    transcript.mark_handled(connection, [line], now)
    said_at = min(mention.sent_at or mention.received_at, now)
    conversations.change(
        connection,
        talk.id,
        language=talk.language or mention.language,
        said_at=max(talk.said_at or said_at, said_at),
        updated_at=now,
    )
    return line


def _open(
    connection: Connection, talk: Conversation, mention: Mention, settling: Settling, brand: Brand
) -> Case:
    """A case as urgent as the mention; both clocks run from now: nobody was promised anything before."""
    account, now = brand.account_of(talk.channel, talk.account), settling.at
    market = brand.market_of(account)
    new = handover.new_case(
        weighing.answered(mention, brand),
        brand,
        account,
        language=texts.language_for(market, mention.language, talk.language),
        entities=(),
        since=now,
        now=now,
        why=mention.why,
    )
    actor = record.agent_actor(settling.agent.id)
    reference = cases.new_reference(brand.reference_prefix)
    return cases.open_case(connection, talk.id, reference, new, acknowledged_at=now, now=now, actor=actor)
