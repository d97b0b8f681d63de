"""What several processes on one database need, and what failed again and again."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change_conversations()
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "accounts",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_accounts")),
    )
    _create_set_aside()


def downgrade() -> None:
    op.drop_table("set_aside")
    op.drop_table("accounts")
    op.drop_table("leases")
    op.drop_index("ix_conversations_due", table_name="conversations")
    with op.batch_alter_table("conversations") as batch_op:
        batch_op.drop_column("attempts")
        batch_op.drop_column("triaged_at")
        batch_op.drop_column("rank")
    op.create_index(op.f("ix_conversations_due_at"), "conversations", ["due_at"])


def _change_conversations() -> None:
    op.add_column("conversations", sa.Column("rank", sa.Integer(), server_default="1", nullable=False))
    op.add_column("conversations", sa.Column("triaged_at", Moment(timezone=True)))
    op.add_column("conversations", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.drop_index(op.f("ix_conversations_due_at"), table_name="conversations")
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_conversations_due", "conversations", ["rank", "due_at"], sqlite_where=due, postgresql_where=due
    )


def _create_set_aside() -> None:
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.Integer()),
        sa.Column("digest", sa.String(length=64)),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("given_up_at", Moment(timezone=True)),
        sa.Column("settled_at", Moment(timezone=True)),
        sa.Column("settled_by", sa.Integer()),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_set_aside_conversation_id")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["agents.id"], name=op.f("fk_set_aside_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("digest", name=op.f("uq_set_aside_digest")),
    )
    op.create_index(op.f("ix_set_aside_conversation_id"), "set_aside", ["conversation_id"])
