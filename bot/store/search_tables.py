"""The tables of what cases are searched by: names, and words that were said.

A change here needs a migration in bot/store/migrations, as one of bot/store/tables.py does.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.schema import DDL

from bot.store import said_index
from bot.store.tables import metadata

names = Table(
    "names",
    metadata,
    # what a case is asked for by: words of its reference and of its customer's name, folded; in the
    # order of their bytes, so that those with the same beginning stand together
    Column("word", String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True),
    sqlite_with_rowid=False,
)

words = Table(
    "words",
    metadata,
    # what was said in cases: the distinct words of a message, folded, with a space between
    Column("message_id", Integer, ForeignKey("messages.id"), primary_key=True),
    Column("conversation_id", Integer, ForeignKey("conversations.id"), nullable=False),
    Column("said", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
)
for _engine, _statements in said_index.STATEMENTS.items():
    for _statement in _statements:
        event.listen(words, "after_create", DDL(_statement).execute_if(dialect=_engine))
