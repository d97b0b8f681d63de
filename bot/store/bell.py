"""Wakes up those who wait for something to change.

A bell carries no news and may be missed: who hears it looks into the database, and who hears
nothing for a while looks all the same.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

TURNS = "turns"
OUTBOX = "outbox"
QUEUE = "queue"
MENTIONS = "mentions"


def conversation(conversation_id: int) -> str:
    """The topic of one conversation."""
    return f"conversation/{conversation_id}"


def writing(conversation_id: int) -> str:
    """The topic that rings while an agent writes to a customer."""
    return f"conversation/{conversation_id}/writing"


class Listener:
    """Hears the topics it listens to; ringing before it waits is not lost."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake up."""
        self._rung.set()

    def take(self) -> bool:
        """Tell whether it was rung since, without waiting."""
        rung = self._rung.is_set()
        self._rung.clear()
        return rung

    async def wait(self, patience: float) -> bool:
        """Wait until rung, at most `patience` seconds; tells whether it was."""
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes with the ring.
        ring = asyncio.ensure_future(self._rung.wait())
        try:
            await asyncio.wait({ring}, timeout=patience)
        finally:
            ring.cancel()
        return self.take()


class Bell:
    """Bells within one process, by topic."""

    # Whether it reaches other processes now; None where it is not meant to.
    connected: bool | None = None

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)

    async def run(self) -> None:
        """Keep up what it takes to ring: within one process nothing."""

    def ring(self, *topics: str) -> None:
        """Wake up everybody who listens to one of the topics."""
        for topic in topics:
            for listener in self._listeners.get(topic, ()):
                listener.ring()

    @contextmanager
    def listen(self, *topics: str) -> Iterator[Listener]:
        """Listen to topics for a while."""
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]
