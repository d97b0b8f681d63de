"""Tells a database that is away from code that is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

# Away, locked, full, shutting down, out of connections: none of it is the fault of what was stored.
_AWAY = (OperationalError, InterfaceError, NoConnection)


def is_away(error: BaseException) -> bool:
    """Whether the database failed, so that the same may work as soon as it is back."""
    return isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)
