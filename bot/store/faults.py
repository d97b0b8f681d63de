"""Tells a database that is away from code that is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

# Away, locked, full, shutting down, out of connections: none of it is the fault of what was stored.
_AWAY = (OperationalError, InterfaceError, NoConnection)
# What drivers call operational though it would fail again: a statement that is wrong, too large, or
# that was cancelled because it takes too long. program_limit_exceeded and query_canceled
# (https://www.postgresql.org/docs/current/errcodes-appendix.html); SQLite tells by words only.
_OURS_IN_POSTGRES = ("54", "57014")
_OURS_IN_SQLITE = ("no such", "near ", "too many", "unknown ")


def is_away(error: BaseException) -> bool:
    """Whether the database failed, so that the same may work as soon as it is back."""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _is_ours(error)):
        return bool(error.connection_invalidated)
    return isinstance(error, _AWAY)


def _is_ours(error: DBAPIError) -> bool:
    code: str | None = getattr(error.orig, "pgcode", None)
    return code.startswith(_OURS_IN_POSTGRES) if code else str(error.orig).startswith(_OURS_IN_SQLITE)
