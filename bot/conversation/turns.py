"""The worker that takes turns: one conversation at a time each, several conversations at once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.conversation.answering import Answering
from bot.conversation.triage import Triage
from bot.store import bell, conversations
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.store import Store
from bot.worker import Worker

# Long enough for a worker that is slow or stopped for a moment; renewed while a turn goes on.
LEASE = timedelta(seconds=15)
# More than an assistant has under way keeps those who wait where triage does not see them.
AT_ONCE = 8
# While people wait too long for a word: acknowledgements go first.
FEW = 2
# The rest after the database failed in mid-turn.
RETRY = timedelta(seconds=1)

Claimed = tuple[int, str]


def turns(
    store: Store, rings: Bell, answering: Answering, triage: Triage, clock: Clock, *, at_once: int = AT_ONCE
) -> Worker[Claimed]:
    """A worker that takes turns; any number of them may share a database."""

    def at_once_now() -> int:
        return min(FEW, at_once) if triage.is_late else at_once

    async def claim(room: int) -> list[Claimed]:
        lease, now = uuid.uuid4().hex, clock()
        found = await store.run(conversations.claim, lease, now=now, until=now + LEASE, most=room)
        return [(conversation_id, lease) for conversation_id in found]

    async def take(claimed: Claimed) -> None:
        conversation_id, lease = claimed
        try:
            await answering.take(conversation_id, lease)
        except asyncio.CancelledError:
            # The next process need not wait for the lease to end.
            await store.run(conversations.give_back, conversation_id, lease, clock())
            rings.ring(bell.TURNS)
            raise
        except Exception as error:
            # The database failed, not the turn, and may be back already.
            if is_away(error):
                await store.run(conversations.give_back, conversation_id, lease, clock() + RETRY)
            raise
        finally:
            rings.ring(bell.conversation(conversation_id), bell.QUEUE)

    async def renew(taken: Sequence[Claimed]) -> None:
        await store.run_first(conversations.renew, dict(taken), clock() + LEASE)

    return Worker(bell=rings, topic=bell.TURNS, at_once=at_once_now, claim=claim, work=take, renew=renew)
