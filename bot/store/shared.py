"""Redis, where one is configured: it spares processes time and is never needed."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.engine import Connection

# What says that Redis is away, does not answer in time, or answers what nobody asked for.
AWAY = (RedisError, OSError, asyncio.TimeoutError)

# The cluster and the database within, by whichever of its addresses they are reached.
_POSTGRES = text("SELECT system_identifier || '/' || current_database() FROM pg_control_system()")


def connect(url: str, patience: float) -> Redis:
    """A client whose every step takes `patience` seconds at most; it asks once and raises `AWAY`."""
    return Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        client_name="relais",
    )


def namespace(connection: Connection) -> str:
    """What names of one database begin with, so that several installations may share a Redis."""
    if connection.dialect.name == "postgresql":
        identity = connection.execute(_POSTGRES).scalar_one()
    else:
        file = Path(connection.engine.url.database or "").resolve()
        identity = f"{socket.gethostname()}/{file}"
    return "relais:" + hashlib.sha256(identity.encode()).hexdigest()[:16]
