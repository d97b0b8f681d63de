"""Mentions that do not address the brand, and until when each account has looked for them."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DUE = "ix_mentions_due"
_IS_TO_BE_READ = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=200), nullable=False),
        sa.Column("chat", sa.String(length=200), nullable=False),
        sa.Column("thread", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("reply_to", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2)),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(timezone=True)),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("finding", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("register", sa.String(length=20)),
        sa.Column("confidence", sa.Float()),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("rated_at", Moment(timezone=True)),
        sa.Column("due_at", Moment(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", Moment(timezone=True)),
        sa.Column("settled_by", sa.Integer()),
        sa.Column("conversation_id", sa.Integer()),
        sa.Column("case_id", sa.Integer()),
        sa.ForeignKeyConstraint(["settled_by"], ["agents.id"], name=op.f("fk_mentions_settled_by")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_mentions_conversation_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mentions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
        sa.UniqueConstraint(
            "post_id", "channel", "account", name=op.f("uq_mentions_post_id_channel_account")
        ),
    )
    op.create_index(op.f("ix_mentions_received_at"), "mentions", ["received_at"])
    op.create_index("ix_mentions_list", "mentions", ["state", "rank", "id"])
    op.create_index(
        _DUE, "mentions", ["due_at"], sqlite_where=_IS_TO_BE_READ, postgresql_where=_IS_TO_BE_READ
    )
    op.create_table(
        "searches",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("looked_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_searches")),
    )


def downgrade() -> None:
    op.drop_table("searches")
    op.drop_table("mentions")
