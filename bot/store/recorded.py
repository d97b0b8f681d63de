"""Looks for certain entries of the record."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from bot.store.rows import Recorded, read
from bot.store.tables import record

# So many at most: whoever looks wants to know how it ended.
MOST = 100

_OF_ACTIONS = (
    select(record)
    .where(
        record.c.conversation_id.in_(bindparam("talks", expanding=True)),
        record.c.action.in_(bindparam("actions", expanding=True)),
    )
    .order_by(record.c.id.desc())
    .limit(MOST)
)


def of_actions(
    connection: Connection, conversation_ids: Collection[int], actions: Collection[str]
) -> list[Recorded]:
    """The last entries of these kinds in these conversations, oldest first."""
    values = {"talks": list(conversation_ids), "actions": list(actions)}
    rows = connection.execute(_OF_ACTIONS, values).mappings()
    return [read(Recorded, row) for row in rows][::-1]
