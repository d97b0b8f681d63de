"""The tables; those of what is watched are in watching_tables.py, of what is searched in search_tables.py.

A change here needs a migration in bot/store/migrations.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    false,
    literal_column,
    or_,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment in UTC: SQLite forgets time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive moments; SQLite gets them without the zone, so that text order is time order."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(timezone.utc)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give the zone back."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=timezone.utc)


conversations = Table(
    "conversations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("account", String(40), nullable=False),
    Column("key", String(400), nullable=False),
    Column("surface", String(10), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("thread", String(200), nullable=False),
    Column("person", String(200), nullable=False),
    Column("author", String(200), nullable=False),
    Column("language", String(2)),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("case_id", Integer, ForeignKey("cases.id", use_alter=True), index=True),
    Column("misunderstandings", Integer, nullable=False, default=0),
    # What the last text to the customer was for, and whether an acknowledgement was ever sent:
    # kept here so that a turn costs the same however long the conversation is.
    Column("last_purpose", String(20)),
    Column("acknowledged", Boolean, nullable=False, default=False),
    Column("stopped_at", Moment),
    Column("unreachable_at", Moment),
    Column("abusive_at", Moment),
    # The last sign that somebody outside of Relais has it, and when the customer wrote last, by the
    # platform's clock where it tells.
    Column("elsewhere_at", Moment),
    Column("said_at", Moment),
    # Unhandled messages wait for a turn: from `due_at` on, for whoever holds the lease. Rank 0 is
    # read first; a turn that began `attempts` times and never ended may never end.
    Column("due_at", Moment),
    Column("rank", Integer, nullable=False, default=1, server_default="1"),
    Column("triaged_at", Moment),
    Column("attempts", Integer, nullable=False, default=0, server_default="0"),
    # Which of several servers of the assistant read it last, and when.
    Column("server", String(16)),
    Column("read_at", Moment),
    Column("lease", String(60)),
    Column("lease_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("channel", "account", "key"),
    # all that somebody writes, in public and in private
    Index("ix_conversations_person", "channel", "account", "person"),
)
# As few rows as turns are due, however many conversations there are.
Index(
    "ix_conversations_due",
    conversations.c.rank,
    conversations.c.due_at,
    sqlite_where=conversations.c.due_at.is_not(None),
    postgresql_where=conversations.c.due_at.is_not(None),
)

# Written out, for SQLite takes such an index for no question with a parameter in that place.
IS_PUBLIC = conversations.c.surface == literal_column("'public'")
# All who write in a public thread.
Index(
    "ix_conversations_thread",
    conversations.c.chat,
    conversations.c.thread,
    conversations.c.channel,
    conversations.c.account,
    sqlite_where=IS_PUBLIC,
    postgresql_where=IS_PUBLIC,
)

aliases = Table(
    "aliases",
    metadata,
    # other identifiers under which a platform knows a private chat, beside the one in its address
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    Column("alias", String(200), primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False),
)

received = Table(
    "received",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    Column("event_id", String(200), primary_key=True),
    Column("received_at", Moment, nullable=False, index=True),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    # customer, bot, agent, note (an agent's, never sent), or colleague (who answered elsewhere)
    Column("author", String(10), nullable=False),
    Column("agent_id", Integer, ForeignKey("agents.id")),
    Column("purpose", String(20)),
    Column("text", Text, nullable=False),
    Column("is_payload", Boolean, nullable=False, default=False),
    # the title of the button that was pressed, where `text` is its payload
    Column("shown", Text, nullable=False, default=""),
    Column("is_start", Boolean, nullable=False, default=False),
    Column("attachments", JSON, nullable=False, default=list),
    Column("buttons", JSON, nullable=False, default=list),
    Column("reply_to", String(200), nullable=False, default=""),
    Column("platform_id", String(200), nullable=False, default=""),
    # of an outbound message: queued, sent, delivered, read, failed, unknown, dropped
    Column("delivery", String(10)),
    Column("delivery_reason", Text),
    # of an outbound message: sent to who wrote a public message, in private; in place of its text
    Column("in_private", Boolean, nullable=False, server_default=false()),
    Column("template", JSON(none_as_null=True)),
    # by the platform's clock, of a customer's message; by ours, when a text of ours set out
    Column("sent_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("handled_at", Moment),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Column("hidden_at", Moment),
    UniqueConstraint("conversation_id", "seq"),
    Index("ix_messages_conversation_id_platform_id", "conversation_id", "platform_id"),
)
# Few messages of a conversation, however many it has. Queries that name these very conditions are
# answered from an index of theirs; values stand in the text, for SQLite would else have to prepare
# such a query again each time.
IS_UNHANDLED = and_(messages.c.author == literal_column("'customer'"), messages.c.handled_at.is_(None))
IS_CHANGED = or_(messages.c.edited_at.is_not(None), messages.c.deleted_at.is_not(None))
HAS_FAILED = messages.c.delivery.in_((literal_column("'failed'"), literal_column("'unknown'")))
for _name, _condition in (("unhandled", IS_UNHANDLED), ("changed", IS_CHANGED), ("failed", HAS_FAILED)):
    Index(
        f"ix_messages_{_name}",
        messages.c.conversation_id,
        messages.c.seq,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )

# In the very words of a query by this column.
Index(
    "ix_messages_private_replies",
    messages.c.conversation_id,
    messages.c.reply_to,
    sqlite_where=text("in_private = 1"),
    postgresql_where=text("in_private"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", Integer, ForeignKey("messages.id"), primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("deadline", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease", String(60)),
    Column("lease_until", Moment),
    # of a first response: when the customer wrote
    Column("since", Moment),
    # until when its echo is waited for, of one that may have arrived
    Column("echo_by", Moment),
    # what the platform said before it answered our request
    Column("early", JSON(none_as_null=True)),
    Index("ix_outbox_conversation_id", "conversation_id", "message_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False, index=True),
    # waiting, claimed, resolved, handed_back
    Column("status", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    # the rule of the guard that fired, if one did
    Column("why", Text, nullable=False, default=""),
    Column("register", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    # 0 is the most urgent: the index of the priority in bot.brand.PRIORITIES
    Column("rank", Integer, nullable=False),
    Column("team", String(40), nullable=False),
    Column("agent_id", Integer, ForeignKey("agents.id")),
    Column("entities", JSON, nullable=False, default=list),
    Column("opened_at", Moment, nullable=False),
    Column("acknowledge_by", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("answer_by", Moment, nullable=False),
    Column("answered_at", Moment),
    # of a closed case, whether it was resolved or handed back
    Column("resolved_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Index("ix_cases_queue", "status", "rank", "answer_by"),
)
IS_CLOSED = cases.c.resolved_at.is_not(None)
Index(
    "ix_cases_closed",
    cases.c.resolved_at,
    cases.c.id,
    sqlite_where=IS_CLOSED,
    postgresql_where=IS_CLOSED,
)

record = Table(
    "record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("conversation_id", Integer, ForeignKey("conversations.id")),
    Column("case_id", Integer, ForeignKey("cases.id")),
    # customer, bot, system, or the id of an agent as `agent:7`
    Column("actor", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("details", JSON, nullable=False, default=dict),
    Index("ix_record_conversation_id", "conversation_id", "id"),
    Index("ix_record_case_id", "case_id", "id"),
)
IS_EDIT = record.c.action == literal_column("'message_edited'")
Index(
    "ix_record_edits", record.c.conversation_id, record.c.id, sqlite_where=IS_EDIT, postgresql_where=IS_EDIT
)

agents = Table(
    "agents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(60), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    # agent or supervisor
    Column("role", String(12), nullable=False),
    Column("team", String(40)),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Moment, nullable=False),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    # SHA-256 of the cookie: a copy of the database opens no session
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", Integer, ForeignKey("agents.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(60), nullable=False),
    Column("remote", String(60), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

viewers = Table(
    "viewers",
    metadata,
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    Column("agent_id", Integer, ForeignKey("agents.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("typing_at", Moment),
)

submissions = Table(
    "submissions",
    metadata,
    # the random token of a form: sent twice, it does its work once
    Column("agent_id", Integer, ForeignKey("agents.id"), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

leases = Table(
    "leases",
    metadata,
    # a job that one process does for all, such as polling an account
    Column("name", String(100), primary_key=True),
    Column("holder", String(60), nullable=False),
    Column("until", Moment, nullable=False),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("id", Integer, primary_key=True),
    # turn or request
    Column("kind", String(10), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("account", String(40), nullable=False),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), index=True),
    # of a request: its body, and the hash by which a repetition is known
    Column("digest", String(64), unique=True),
    Column("body", Text, nullable=False, default=""),
    # the kind and place of the error, without anybody's words
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    # a request is only counted until its attempts are used up
    Column("given_up_at", Moment),
    Column("settled_at", Moment),
    Column("settled_by", Integer, ForeignKey("agents.id")),
    Column("created_at", Moment, nullable=False),
)
