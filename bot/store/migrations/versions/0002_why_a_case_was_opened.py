"""Which rule of the guard opened a case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Between two releases the first tables were made with this column.
    if not _has_why():
        op.add_column("cases", sa.Column("why", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_column("why")


def _has_why() -> bool:
    return any(column["name"] == "why" for column in sa.inspect(op.get_bind()).get_columns("cases"))
