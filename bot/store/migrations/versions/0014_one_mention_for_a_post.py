"""A post that several accounts find is one mention."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of those that are there nothing is known: they are gone after thirty days.
    op.add_column("mentions", sa.Column("page", sa.String(length=64), nullable=True))
    op.create_index("ix_mentions_page", "mentions", ["page"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_mentions_page", table_name="mentions")
    op.drop_column("mentions", "page")
