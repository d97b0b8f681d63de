"""Private conversations that go on with what began in public: both belong to one case."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.messages import Address, Receipt
from bot.store import cases, conversations, outbound, record, search, transcript
from bot.store.rows import Conversation, Line
from bot.store.transcript import Draft


def join(
    connection: Connection, conversation: Conversation, origin: Conversation, *, actor: str, now: datetime
) -> None:
    """Let a private conversation continue the case of a public one."""
    conversations.change(connection, conversation.id, case_id=origin.case_id)
    if origin.case_id:
        search.add_conversation(connection, origin.case_id, conversation)
    record.write(
        connection,
        "joined_in_private",
        actor=actor,
        at=now,
        conversation_id=conversation.id,
        case_id=origin.case_id,
        origin=origin.id,
    )


def open_in_private(connection: Connection, public: Line, receipt: Receipt, now: datetime) -> None:
    """A text reached in private who had written in public: it stands in a conversation there, too."""
    origin = conversations.load(connection, public.conversation_id)
    talk = conversations.at(connection, _private(origin, receipt.private_chat), origin.author, now)
    if outbound.ours_by_platform_id(connection, talk.id, receipt.message_id):
        return
    own = cases.current(connection, talk.case_id)
    if talk.case_id != origin.case_id and not (own and own.is_human):
        actor = record.BOT if public.agent_id is None else record.agent_actor(public.agent_id)
        join(connection, talk, origin, actor=actor, now=now)
    transcript.append(connection, talk.id, _sent(public, receipt.message_id), now)
    language = talk.language or origin.language
    conversations.change(connection, talk.id, last_purpose=public.purpose, language=language)


def _private(origin: Conversation, chat: str) -> Address:
    return Address(channel=origin.channel, account=origin.account, surface="private", chat=chat, person=chat)


def _sent(line: Line, platform_id: str) -> Draft:
    """The same text once more, under the number that it has in private."""
    return Draft(
        author=line.author,
        agent_id=line.agent_id,
        purpose=line.purpose,
        text=line.text,
        platform_id=platform_id,
        delivery="sent",
        sent_at=line.sent_at,
    )
