"""The tables of what is watched: mentions, and how it stands with each account.

A change here needs a migration in bot/store/migrations, as one of bot/store/tables.py does.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.store.tables import Moment, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    # working, or stopped: its platform refuses our credentials
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("since", Moment, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    # public posts that speak of the brand and do not address it
    Column("id", Integer, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("account", String(40), nullable=False),
    Column("post_id", String(200), nullable=False),
    # where a reply would go
    Column("chat", String(200), nullable=False),
    Column("thread", String(200), nullable=False),
    Column("person", String(200), nullable=False),
    Column("author", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", JSON, nullable=False, default=list),
    Column("reply_to", String(200), nullable=False),
    Column("language", String(2)),
    Column("url", Text, nullable=False),
    # a digest of that address, by which a post is one mention, however many accounts find it; a few
    # platforms give it another id for each. None where it has no address
    Column("page", String(64)),
    Column("sent_at", Moment),
    Column("received_at", Moment, nullable=False, index=True),
    # what the guard found, with its rule, and what the assistant read
    Column("finding", String(40), nullable=False, default=""),
    Column("why", Text, nullable=False, default=""),
    Column("register", String(20)),
    Column("confidence", Float),
    Column("rank", Integer, nullable=False),
    Column("rated_at", Moment),
    # It is to be read from `due_at` on; who reads it puts that off for as long as he may take.
    Column("due_at", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    # new, answered, dismissed, or ignored: it addressed the brand after all, or is the brand's own
    Column("state", String(10), nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", Integer, ForeignKey("agents.id")),
    Column("conversation_id", Integer, ForeignKey("conversations.id")),
    Column("case_id", Integer, ForeignKey("cases.id")),
    # a post is looked for by its id alone, and there are hardly two of the same
    UniqueConstraint("post_id", "channel", "account"),
    Index("ix_mentions_list", "state", "rank", "id"),
    Index("ix_mentions_page", "page", unique=True),
)
IS_TO_BE_READ = mentions.c.due_at.is_not(None)
Index(
    "ix_mentions_due",
    mentions.c.due_at,
    sqlite_where=IS_TO_BE_READ,
    postgresql_where=IS_TO_BE_READ,
)

searches = Table(
    "searches",
    metadata,
    # until when an account has looked for mentions
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    Column("looked_at", Moment, nullable=False),
)

watches = Table(
    "watches",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    # from when on the platform's history is ours to answer, and up to when it was read
    Column("begun_at", Moment),
    Column("looked_at", Moment),
    # how many messages had been missed, and when they were taken in: the last time when there were any
    Column("missed", Integer, nullable=False, default=0, server_default="0"),
    Column("missed_at", Moment),
    # when the platform did not tell all that was said since a moment: the last time
    Column("gap_since", Moment),
    Column("gap_at", Moment),
    # when customers wrote first and last; the latter, too, while such a silence is not normal
    Column("first_heard_at", Moment),
    Column("heard_at", Moment),
    Column("silent_since", Moment),
)

heard = Table(
    "heard",
    metadata,
    # how many messages of customers came in the quarter of an hour that begins then
    Column("channel", String(40), primary_key=True),
    Column("account", String(40), primary_key=True),
    Column("quarter", Moment, primary_key=True, index=True),
    Column("messages", Integer, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    # how far one process has come for all with what it does row by row: up to which id, and when;
    # since when it has been at it without a gap
    Column("name", String(40), primary_key=True),
    Column("upto", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("at", Moment, nullable=False),
)
