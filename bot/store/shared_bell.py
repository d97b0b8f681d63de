"""A bell that is heard in all processes of an installation, as long as Redis is there."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from bot.metrics import REDIS_CONNECTED
from bot.store.bell import Bell, Listener
from bot.store.ring import Ring, decode, encode
from bot.store.shared import AWAY, connect

log = logging.getLogger(__name__)

# How long Redis may take for an answer, in seconds; it takes a thousandth of that.
PATIENCE = 2.0
# How often a process rings for itself: whoever does not hear that is not connected.
HEARTBEAT = 2.0
SILENCE = 3 * HEARTBEAT
# The rests between attempts to connect, which double up to the longest, in seconds.
FIRST_REST, LONGEST_REST = 0.2, 5.0


class SharedBell(Bell):
    """Rings here at once, and elsewhere by Redis' publish and subscribe, while `run` runs.

    What is rung while Redis is away is rung here only: who hears nothing looks all the same.
    """

    def __init__(
        self, url: str, namespace: str, rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        super().__init__()
        self._url = url
        self._channel = f"{namespace}:bell"
        self._rest = rest
        self._me = uuid.uuid4().hex
        # Topics that are to be rung elsewhere; many rings for one are one.
        self._outgoing: dict[str, None] = {}
        self._something = Listener()
        self.connected: bool = False
        self._is_told = False
        self._gauge = REDIS_CONNECTED.labels("bell")
        self._gauge.set(0)

    def ring(self, *topics: str) -> None:
        """Wake up everybody who listens to one of the topics, in all processes; never waits or fails."""
        super().ring(*topics)
        if self.connected:
            self._outgoing.update(dict.fromkeys(topics))
            self._something.ring()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        rest = FIRST_REST
        while True:
            try:
                await self._session()
            except AWAY as error:
                if self.connected or not self._is_told:
                    log.warning("Redis is away, bells ring in this process only: %s", type(error).__name__)
                self._is_told = True
            rest = FIRST_REST if self.connected else min(2 * rest, LONGEST_REST)
            self._is_connected(False)
            await self._rest(rest)

    async def _session(self) -> None:
        async with connect(self._url, PATIENCE) as client, client.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            await _first_to_fail(self._hear(subscription), self._tell(client))

    async def _hear(self, subscription: PubSub) -> None:
        while True:
            heard = await subscription.get_message(ignore_subscribe_messages=False, timeout=SILENCE)
            if heard is None:
                raise asyncio.TimeoutError("nothing is heard")
            if heard["type"] == "subscribe":
                self._is_connected(True)
                # Whatever was missed: everybody looks.
                super().ring(*self._listeners)
            elif heard["type"] == "message":
                self._heard(heard["data"])

    def _heard(self, data: bytes) -> None:
        ring = decode(data)
        if ring is not None and ring.sender != self._me:
            super().ring(*ring.topics)

    async def _tell(self, client: Redis) -> None:
        while True:
            await self._something.wait(HEARTBEAT)
            topics, self._outgoing = list(self._outgoing), {}
            await client.publish(self._channel, encode(Ring(self._me, topics)))

    def _is_connected(self, connected: bool) -> None:
        if connected and not self.connected:
            log.info("bells ring in all processes")
        self.connected = connected
        self._gauge.set(connected)


async def _first_to_fail(*steps: Coroutine[object, object, None]) -> None:
    """Run steps side by side until one ends; its error is raised."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
