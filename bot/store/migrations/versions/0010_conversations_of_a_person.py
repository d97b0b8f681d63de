"""All conversations of a person, found at once."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversations_person", "conversations", ["channel", "account", "person"])


def downgrade() -> None:
    op.drop_index("ix_conversations_person", table_name="conversations")
