"""Cases are found by words, and pages cost the same however long a conversation is."""

import logging
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from bot.store import said_index
from bot.store.words import words_in

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

log = logging.getLogger(__name__)

TOGETHER = 5_000

UNHANDLED = "author = 'customer' AND handled_at IS NULL"
CHANGED = "edited_at IS NOT NULL OR deleted_at IS NOT NULL"
FAILED = "delivery IN ('failed', 'unknown')"
CLOSED = "resolved_at IS NOT NULL"
EDIT = "action = 'message_edited'"

NAMES = """
SELECT cases.id, cases.reference, conversations.author FROM cases
JOIN conversations ON conversations.id = cases.conversation_id OR conversations.case_id = cases.id
WHERE cases.id > :last AND cases.id <= :last + :together
"""
SAID = """
SELECT messages.id, messages.conversation_id, messages.text FROM messages
JOIN conversations ON conversations.id = messages.conversation_id
WHERE messages.id > :last AND messages.id <= :last + :together
AND messages.author <> 'bot' AND conversations.case_id IS NOT NULL
"""


def upgrade() -> None:
    op.drop_index("ix_messages_unhandled", table_name="messages")
    _create_index("ix_messages_unhandled", "messages", ["conversation_id", "seq"], where=UNHANDLED)
    _create_index("ix_messages_changed", "messages", ["conversation_id", "seq"], where=CHANGED)
    _create_index("ix_messages_failed", "messages", ["conversation_id", "seq"], where=FAILED)
    _create_index("ix_cases_closed", "cases", ["resolved_at", "id"], where=CLOSED)
    op.create_index(op.f("ix_received_received_at"), "received", ["received_at"])
    _replace_index("ix_outbox_conversation_id", "outbox", ["conversation_id", "message_id"])
    _replace_index("ix_record_conversation_id", "record", ["conversation_id", "id"])
    _replace_index("ix_record_case_id", "record", ["case_id", "id"])
    _create_index("ix_record_edits", "record", ["conversation_id", "id"], where=EDIT)
    _create_names()
    _create_words()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE words_said")
    op.drop_table("words")
    op.drop_table("names")
    op.drop_index("ix_record_edits", table_name="record")
    _replace_index("ix_record_case_id", "record", ["case_id"])
    _replace_index("ix_record_conversation_id", "record", ["conversation_id"])
    _replace_index("ix_outbox_conversation_id", "outbox", ["conversation_id"])
    op.drop_index(op.f("ix_received_received_at"), table_name="received")
    op.drop_index("ix_cases_closed", table_name="cases")
    for name in ("failed", "changed", "unhandled"):
        op.drop_index(f"ix_messages_{name}", table_name="messages")
    _create_index("ix_messages_unhandled", "messages", ["conversation_id"], where=UNHANDLED)


def _create_index(name: str, table: str, columns: list[str], *, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _replace_index(name: str, table: str, columns: list[str]) -> None:
    op.drop_index(name, table_name=table)
    op.create_index(name, table, columns)


def _create_names() -> None:
    names = op.create_table(
        "names",
        sa.Column(
            "word",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_names_case_id")),
        sa.PrimaryKeyConstraint("word", "case_id", name=op.f("pk_names")),
        sqlite_with_rowid=False,
    )
    for rows in _in_parts("cases", NAMES):
        named = {(word, row.id) for row in rows for word in _names(row.reference, row.author)}
        op.bulk_insert(names, [{"word": word, "case_id": case_id} for word, case_id in sorted(named)])


def _names(reference: str, author: str) -> set[str]:
    parts = words_in(reference)
    return {"".join(parts), *parts[1:], *words_in(author)}


def _create_words() -> None:
    said = sa.Text().with_variant(TSVECTOR(), "postgresql")
    words = op.create_table(
        "words",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("said", said, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_words_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_words_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_words")),
    )
    for rows in _in_parts("messages", SAID):
        op.bulk_insert(words, [_said(row) for row in rows])
    _index_words()


def _said(row: Any) -> dict[str, object]:
    said = " ".join(words_in(row.text))
    return {"message_id": row.id, "conversation_id": row.conversation_id, "said": said}


def _index_words() -> None:
    connection = op.get_bind()
    for statement in said_index.STATEMENTS[connection.dialect.name]:
        op.execute(statement)
    if connection.dialect.name == "sqlite":
        # The triggers came after the rows: all at once is faster.
        op.execute("INSERT INTO words_said (words_said) VALUES ('rebuild')")
    else:
        # Until it knows how common words are, PostgreSQL takes the wrong way to some of them.
        op.execute("ANALYZE names, words")


def _in_parts(table: str, query: str) -> Iterator[list[Any]]:
    """The rows of a query, by ids of a table; a long one tells how far it is."""
    connection = op.get_bind()
    last, whole = 0, connection.execute(sa.text(f"SELECT max(id) FROM {table}")).scalar() or 0  # noqa: S608
    while last < whole:
        yield connection.execute(sa.text(query), {"last": last, "together": TOGETHER}).all()
        last += TOGETHER
        if whole > TOGETHER and last % 100_000 == 0:
            log.info("%s of %s %s made searchable", f"{last:,}", f"{whole:,}", table)
