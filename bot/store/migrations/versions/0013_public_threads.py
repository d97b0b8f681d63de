"""All who write in a public thread, found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_IS_PUBLIC = sa.text("surface = 'public'")


def upgrade() -> None:
    op.create_index(
        "ix_conversations_thread",
        "conversations",
        ["chat", "thread", "channel", "account"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )


def downgrade() -> None:
    op.drop_index("ix_conversations_thread", table_name="conversations")
