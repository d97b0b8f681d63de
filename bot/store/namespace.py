"""Which database this is."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

# The cluster and the database within, by whichever of its addresses they are reached.
_POSTGRES = text("SELECT system_identifier || '/' || current_database() FROM pg_control_system()")


def namespace(connection: Connection) -> str:
    """What names of one database begin with, so that several installations may share a Redis."""
    if connection.dialect.name == "postgresql":
        identity = connection.execute(_POSTGRES).scalar_one()
    else:
        file = Path(connection.engine.url.database or "").resolve()
        identity = f"{socket.gethostname()}/{file}"
    return "relais:" + hashlib.sha256(identity.encode()).hexdigest()[:16]
