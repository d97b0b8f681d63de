"""What is known of each account: when its history was read, how much is heard, whether it fell silent."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("begun_at", Moment(timezone=True), nullable=True),
        sa.Column("looked_at", Moment(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("missed_at", Moment(timezone=True), nullable=True),
        sa.Column("first_heard_at", Moment(timezone=True), nullable=True),
        sa.Column("heard_at", Moment(timezone=True), nullable=True),
        sa.Column("silent_since", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "account", name=op.f("pk_watches")),
    )
    op.create_table(
        "heard",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("quarter", Moment(timezone=True), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "quarter", name=op.f("pk_heard")),
    )
    op.create_index("ix_heard_quarter", "heard", ["quarter"])
    op.create_table(
        "progress",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_progress")),
    )


def downgrade() -> None:
    op.drop_table("progress")
    op.drop_table("heard")
    op.drop_table("watches")
