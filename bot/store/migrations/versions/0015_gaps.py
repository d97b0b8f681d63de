"""Accounts of which a platform did not tell all that was said."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAMES = ("gap_since", "gap_at")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("watches", sa.Column(name, Moment(timezone=True), nullable=True))


def downgrade() -> None:
    for name in reversed(NAMES):
        op.drop_column("watches", name)
