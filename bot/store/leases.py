"""Jobs that one process does for all: who does which, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, update
from sqlalchemy.engine import Connection

from bot.store.tables import leases
from bot.store.upsert import insert_new

# The clocks of two machines never differ by more: a lease that goes on for longer than it can was
# taken before the clock was set back.
SKEW = timedelta(minutes=1)

_MINE = (leases.c.name == bindparam("job"), leases.c.holder == bindparam("me"))
_HOLD = (
    update(leases)
    .where(
        leases.c.name == bindparam("job"),
        or_(
            leases.c.holder == bindparam("me"),
            leases.c.until < bindparam("now"),
            leases.c.until > bindparam("impossible"),
        ),
    )
    .values(holder=bindparam("me"), until=bindparam("end"))
)


def hold(connection: Connection, name: str, holder: str, *, now: datetime, until: datetime) -> bool:
    """Take a job, or keep it; False while another process has it."""
    moments = {"now": now, "end": until, "impossible": until + SKEW}
    if connection.execute(_HOLD, {"job": name, "me": holder, **moments}).rowcount:
        return True
    return insert_new(connection, leases, name=name, holder=holder, until=until)


def let_go(connection: Connection, name: str, holder: str) -> None:
    """Leave a job to others at once, unless they have it already."""
    connection.execute(delete(leases).where(*_MINE), {"job": name, "me": holder})
