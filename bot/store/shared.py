"""Redis, where one is configured: it spares processes time and is never needed."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

# What says that Redis is away, does not answer in time, or answers what nobody asked for.
AWAY = (RedisError, OSError, asyncio.TimeoutError)


def connect(url: str, patience: float) -> Redis:
    """A client whose every step takes `patience` seconds at most; it asks once and raises `AWAY`."""
    return Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
        client_name="relais",
    )
