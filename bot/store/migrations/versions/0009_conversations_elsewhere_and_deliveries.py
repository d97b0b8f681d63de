"""Conversations that others have, other names of chats, and what became of texts after they were sent."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NEW = {
    "conversations": ("elsewhere_at", "said_at"),
    "messages": ("hidden_at", "in_private", "template"),
    "outbox": ("echo_by", "early"),
}
_PRIVATE_REPLIES = "ix_messages_private_replies"


def upgrade() -> None:
    op.create_table(
        "aliases",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_aliases_conversation_id")
        ),
        sa.PrimaryKeyConstraint("channel", "account", "alias", name=op.f("pk_aliases")),
    )
    op.add_column("conversations", sa.Column("elsewhere_at", Moment(timezone=True)))
    op.add_column("conversations", sa.Column("said_at", Moment(timezone=True)))
    op.add_column("messages", sa.Column("hidden_at", Moment(timezone=True)))
    op.add_column(
        "messages", sa.Column("in_private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("messages", sa.Column("template", sa.JSON()))
    op.add_column("outbox", sa.Column("echo_by", Moment(timezone=True)))
    op.add_column("outbox", sa.Column("early", sa.JSON()))
    op.create_index(
        _PRIVATE_REPLIES,
        "messages",
        ["conversation_id", "reply_to"],
        sqlite_where=sa.text("in_private = 1"),
        postgresql_where=sa.text("in_private"),
    )


def downgrade() -> None:
    op.drop_index(_PRIVATE_REPLIES, table_name="messages")
    for table, columns in _NEW.items():
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("aliases")
