"""Rates mentions: the guard looks first, then the assistant reads. Nobody is written to, whatever it is."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from bot.assistant.port import Assistant
from bot.brand import Brand
from bot.clock import Clock
from bot.conversation import facts, texts, weighing
from bot.conversation.compose import UNREAD
from bot.conversation.transactions import MOST_CHARACTERS
from bot.errors import AssistantUnavailable
from bot.guard import Finding, Guard
from bot.language import detect
from bot.messages import Turn, Understanding
from bot.metrics import RATED_MENTIONS
from bot.store import bell, mentions, ratings
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.mentions import Mention
from bot.store.store import Store
from bot.unexpected import trail

log = logging.getLogger(__name__)

# The longest rest between two looks while no bell rings, in seconds: nobody waits for a rating.
PATIENCE = 5.0
# So many are taken together; they are read one after the other, so that turns go first at the assistant.
AT_ONCE = 8
# Whoever took some has so long to read them.
LEASE = timedelta(minutes=2)
# How often one is read that fails, and the rest after the first time: it doubles each time. After
# that it is shown unrated.
ATTEMPTS = 3
FIRST = timedelta(seconds=10)
# The rest of one that an assistant was not there for.
AWAY = timedelta(seconds=30)

Outcome = Literal["rated", "away", "failed"]


class Seen(Struct, frozen=True, kw_only=True):
    """A mention as the guard saw it."""

    mention: Mention
    language: str
    findings: tuple[Finding, ...]


class Rates:
    """Reads mentions that are not rated; any number of them may share a database."""

    def __init__(
        self, *, store: Store, bell: Bell, assistant: Assistant, brand: Brand, guard: Guard, clock: Clock
    ) -> None:
        self._store = store
        self._bell = bell
        self._assistant = assistant
        self._brand = brand
        self._guard = guard
        self._clock = clock

    async def run(self) -> None:
        """Read again and again until cancelled."""
        with self._bell.listen(bell.MENTIONS) as listener:
            while True:
                if not await self._safely():
                    await listener.wait(PATIENCE)

    async def look(self) -> int:
        """Read some that are due; how many."""
        if not await self._store.read(ratings.is_due, self._clock()):
            return 0
        now = self._clock()
        taken = await self._store.run(ratings.claim, now, until=now + LEASE, most=AT_ONCE)
        seen = await asyncio.to_thread(lambda: [self._see_safely(mention) for mention in taken])
        looked_at = [each for each in seen if isinstance(each, Seen)]
        # All of them before the first is read: what is grave shows at once.
        kept = await self._store.run(_see_to, looked_at, self._guard, self._brand, self._clock())
        await self._give_up([each for each in seen if isinstance(each, Mention)])
        if taken:
            self._bell.ring(bell.QUEUE)
        await self._read_all(kept)
        return len(taken)

    async def _safely(self) -> int:
        try:
            return await self.look()
        except Exception as error:  # noqa: BLE001 - the database may be away; it is looked at again
            log.error("cannot rate mentions: %s", trail(error))
            return 0

    def _see_safely(self, mention: Mention) -> Seen | Mention:
        """What the guard sees; the mention itself where our own code fails on it."""
        try:
            market = self._brand.market_of(self._brand.account_of(mention.channel, mention.account))
            text = words_of(mention)
            language = texts.language_for(market, detect(text, market.languages), mention.language)
            return Seen(mention=mention, language=language, findings=self._guard.inspect(text, language))
        except Exception as error:  # noqa: BLE001 - on whatever our code fails, the others are seen
            log.error("cannot see: %s", trail(error), extra={"mention": mention.id})
            return mention

    async def _give_up(self, unseen: list[Mention]) -> None:
        for mention in unseen:
            await self._later(mention, "failed")

    async def _read_all(self, seen: list[Seen]) -> None:
        is_there = True
        for each in seen:
            # An assistant that is away, or hangs, need not be asked again for each of them.
            outcome = await self._read_safely(each) if is_there else "away"
            is_there = outcome != "away"
            if outcome != "rated":
                await self._later(each.mention, outcome)

    async def _read_safely(self, seen: Seen) -> Outcome:
        try:
            await self._read(seen)
        except AssistantUnavailable:
            return "away"
        except Exception as error:
            if is_away(error):
                raise
            log.error("cannot rate: %s", trail(error), extra={"mention": seen.mention.id})
            return "failed"
        return "rated"

    async def _read(self, seen: Seen) -> None:
        mention, text = seen.mention, words_of(seen.mention)
        understanding = await self._understanding(seen, text) if text else UNREAD
        finding = self._guard.combine(seen.findings, understanding.reading.registers)
        rating = weighing.weigh(understanding, finding, self._brand, mention.language or seen.language)
        await self._store.run(ratings.rate, mention, rating, self._clock())
        self._tell("rated")

    async def _understanding(self, seen: Seen, text: str) -> Understanding:
        turn = Turn(
            # No conversation's: what is said in one never depends on this.
            conversation=f"mention-{seen.mention.id}",
            text=text,
            language=seen.language,
            surface="public",
        )
        return await self._assistant.read(turn)

    async def _later(self, mention: Mention, outcome: Outcome) -> None:
        due_at = (
            next_attempt(mention.attempts, self._clock()) if outcome == "failed" else self._clock() + AWAY
        )
        await self._store.run(ratings.postpone, mention, due_at, counts=outcome == "failed")
        self._tell(outcome if due_at else "given_up")

    def _tell(self, outcome: str) -> None:
        RATED_MENTIONS.labels(outcome).inc()
        self._bell.ring(bell.QUEUE)


def words_of(mention: Mention) -> str:
    """What the assistant reads: never an order to it, and no more than of a message."""
    return "\n".join(line.lstrip("/ ") for line in mention.text[:MOST_CHARACTERS].splitlines()).strip()


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When one is read again that failed so many times; None if it was tried often enough. Pure."""
    return now + FIRST * 2.0 ** (attempts - 1) if attempts < ATTEMPTS else None


def _see_to(
    connection: Connection, seen: list[Seen], guard: Guard, brand: Brand, now: datetime
) -> list[Seen]:
    """Write down what the guard is sure of; those that are worth to be read."""
    kept = (_kept(connection, each, guard, brand, now) for each in seen)
    return [each for each in kept if each]


def _kept(connection: Connection, seen: Seen, guard: Guard, brand: Brand, now: datetime) -> Seen | None:
    mention = seen.mention
    if facts.is_own(mention.address, brand) or mentions.is_message(connection, mention):
        mentions.ignore(connection, mention.id, now)
        return None
    if mention.attempts > ATTEMPTS:
        # Each process that read it may have ended of it.
        ratings.postpone(connection, mention, None, counts=True)
        return None
    sure = guard.sure(seen.findings)
    if sure is None:
        return seen
    alarm = weighing.alarm_of(sure, "normal", brand)
    ratings.raise_alarm(connection, mention, alarm, now)
    return structs.replace(seen, mention=structs.replace(mention, rank=alarm.rank))
