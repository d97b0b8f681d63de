"""Which server of the assistant a conversation is with."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("server", sa.String(16), nullable=True))
    op.add_column("conversations", sa.Column("read_at", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "read_at")
    op.drop_column("conversations", "server")
