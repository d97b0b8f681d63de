"""The worker that takes turns: one conversation at a time each, several conversations at once."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

from bot.clock import Clock
from bot.conversation.answering import Answering
from bot.store import bell, conversations
from bot.store.bell import Bell
from bot.store.store import Store
from bot.worker import Worker

LEASE = timedelta(seconds=60)
AT_ONCE = 32

Claimed = tuple[int, str]


def turns(store: Store, rings: Bell, answering: Answering, clock: Clock) -> Worker[Claimed]:
    """A worker that takes turns; any number of them may share a database."""

    async def claim() -> Claimed | None:
        lease, now = uuid.uuid4().hex, clock()
        found = await store.run(conversations.claim, lease, now=now, until=now + LEASE)
        return None if found is None else (found, lease)

    async def take(claimed: Claimed) -> None:
        conversation_id, lease = claimed
        try:
            await answering.take(conversation_id, lease)
        except asyncio.CancelledError:
            # The next process need not wait for the lease to end.
            await store.run(conversations.give_back, conversation_id, lease, clock())
            raise
        finally:
            rings.ring(bell.conversation(conversation_id), bell.OUTBOX, bell.QUEUE, bell.TURNS)

    return Worker(bell=rings, topic=bell.TURNS, at_once=AT_ONCE, claim=claim, work=take)
