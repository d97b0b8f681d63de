"""Looks after those who wait for their turn, many at once: "one moment" to all, crises first.

Turns are read one after another, and a crowd writes faster than that. Whoever has waited for
`PATIENCE` is acknowledged from here, within the promise, and a crisis that the guard is sure of
moves to the head of the line. In quiet times nobody waits so long and nothing happens.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct, structs
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.brand import Brand
from bot.clock import Clock
from bot.conversation import compose, transactions
from bot.conversation.courier import Courier, Left, commit_and_send
from bot.conversation.speaking import Speech, speak_all, spoken
from bot.conversation.transactions import Opening
from bot.guard import Guard
from bot.metrics import TRIAGE_ACKNOWLEDGEMENTS, TRIAGE_CRISES
from bot.store import bell, cases, conversations, outbox
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.outbox import Claim
from bot.store.rows import Conversation
from bot.store.store import Store
from bot.unexpected import trail

log = logging.getLogger(__name__)

# A turn that is free takes less; three times this is still within a promise of one second.
PATIENCE = timedelta(seconds=0.2)
# Where so many wait and one of them has waited longer, a crowd writes faster than it can be told a word:
# from then on turns are few, and nobody's own turn is waited for. For a while, and then it shows whether
# it is still so: a rule that had no end would hold, because few turns make people wait.
CROWD, LATE, FOR_A_WHILE = 16, timedelta(seconds=0.35), timedelta(seconds=2)
# The rest between two looks, in a crowd and otherwise, and the longest one while nobody writes, in seconds.
SHORT_REST, REST, LONG_REST = 0.02, 0.1, 0.5
# So many are looked at together, and so many of them written down in a transaction of some 10 ms, which
# others wait for.
AT_ONCE, TOGETHER = 48, 16

URGENT, NORMAL = 0, 1


class Seen(Struct, frozen=True, kw_only=True):
    """Somebody who waits: how urgent it is, and what is said meanwhile, if anything."""

    opening: Opening
    rank: int
    text: str


class Marked(Left, frozen=True, kw_only=True):
    """What is left of a look that was written down; of which conversations it was."""

    told: frozenset[int] = frozenset()


class Triage:
    """Looks at those who wait; any number of them may share a database."""

    def __init__(
        self, *, store: Store, bell: Bell, brand: Brand, guard: Guard, clock: Clock, courier: Courier
    ) -> None:
        self._store = store
        self._courier = courier
        self._bell = bell
        self._brand = brand
        self._guard = guard
        self._clock = clock
        self._late_until = clock()

    @property
    def is_late(self) -> bool:
        """Whether people have waited too long for a word lately: what can wait should."""
        return self._clock() < self._late_until

    async def run(self) -> None:
        """Look again and again until cancelled."""
        with self._bell.listen(bell.TURNS) as listener:
            rung = False
            while True:
                if await self._looked() < AT_ONCE:
                    # Who has just rung has not waited too long yet: that shows at the look after this.
                    rung = await listener.wait(REST if rung else LONG_REST)
                    await asyncio.sleep(SHORT_REST if self.is_late else REST)

    async def look(self) -> int:
        """Look at those who have waited too long and nobody has looked at; how many they were.

        Where people have waited too long lately, all who wait have.
        """
        now = self._clock()
        since = now if self.is_late else now - PATIENCE
        waiting = await self._store.read(_waiting, since, self._brand)
        if len(waiting) >= CROWD and any(now - opening.since > LATE for opening in waiting):
            self._late_until = now + FOR_A_WHILE
        if waiting:
            await self._attend_to(waiting, now)
        return len(waiting)

    async def _attend_to(self, waiting: Sequence[Opening], now: datetime) -> None:
        """See who waits and tell them, in portions: the next are seen while the last are told."""
        seen = await self._see_all(waiting[:TOGETHER], now)
        for first in range(TOGETHER, len(waiting), TOGETHER):
            seeing = asyncio.ensure_future(self._see_all(waiting[first : first + TOGETHER], now))
            try:
                await self._tell(seen, now)
                seen = await seeing
            finally:
                seeing.cancel()
        await self._tell(seen, now)

    async def _see_all(self, openings: Sequence[Opening], now: datetime) -> list[Seen]:
        return await asyncio.to_thread(lambda: [self._see_safely(opening, now) for opening in openings])

    async def _tell(self, seen: list[Seen], now: datetime) -> None:
        marked = await commit_and_send(
            self._courier, self._bell, lambda claim: self._store.run_first(mark, seen, now, claim)
        )
        self._bell.ring(*map(bell.conversation, marked.told))
        _count([each for each in seen if each.opening.conversation.id in marked.told])

    async def _looked(self) -> int:
        try:
            return await self.look()
        except Exception as error:  # noqa: BLE001 - who was not looked at is read in the order of arrival
            log.error("cannot look at those who wait: %s", trail(error))
            return 0

    def _see_safely(self, opening: Opening, now: datetime) -> Seen:
        try:
            return self._see(opening, now)
        except Exception as error:  # noqa: BLE001 - on whatever our code fails, the others are seen
            log.error("cannot see: %s", trail(error), extra={"conversation": opening.conversation.id})
            return Seen(opening=opening, rank=NORMAL, text="")

    def _see(self, opening: Opening, now: datetime) -> Seen:
        scene = compose.scene(opening, self._brand, None, now)
        findings = self._guard.inspect(opening.text, scene.language)
        crisis = any(f.severity == "crisis" and f.strength == "strong" for f in findings)
        return Seen(
            opening=opening,
            rank=URGENT if crisis else NORMAL,
            text=compose.acknowledgement(scene),
        )


def _count(seen: list[Seen]) -> None:
    TRIAGE_ACKNOWLEDGEMENTS.inc(sum(bool(each.text) for each in seen))
    TRIAGE_CRISES.inc(sum(each.rank == URGENT for each in seen))


def mark(connection: Connection, seen: Sequence[Seen], now: datetime, claim: Claim | None = None) -> Marked:
    """Write down what was seen of those whose turn has not begun meanwhile, and what they are told."""
    try:
        with connection.begin_nested():
            return _mark(connection, seen, now, claim)
    except Exception as error:
        if is_away(error):
            raise
        log.warning("each of %d by itself: together they are not marked: %s", len(seen), trail(error))
    marked = [_mark_safely(connection, each, now, claim) for each in seen]
    return Marked(
        told=frozenset().union(*(each.told for each in marked)),
        send=tuple(chain.from_iterable(each.send for each in marked)),
        wait=any(each.wait for each in marked),
    )


def _mark_safely(connection: Connection, seen: Seen, now: datetime, claim: Claim | None) -> Marked:
    """On whatever our code fails, or the database with one of them, the others are marked."""
    try:
        with connection.begin_nested():
            return _mark(connection, [seen], now, claim)
    except Exception as error:
        if is_away(error):
            raise
        log.error("cannot mark: %s", trail(error), extra={"conversation": seen.opening.conversation.id})
        return Marked()


def _mark(connection: Connection, seen: Sequence[Seen], now: datetime, claim: Claim | None) -> Marked:
    by_id = {each.opening.conversation.id: each for each in seen}
    read_until = {each: it.opening.conversation.last_seq for each, it in by_id.items()}
    held = conversations.hold_unseen(connection, read_until)
    if not held:
        return Marked()
    said = speak_all(connection, [*_speeches(connection, held, by_id, now)])
    after = {talk.id: talk for talk in (*held, *(each.conversation for each in said))}
    looked_at = {each: {"rank": by_id[each].rank, "triaged_at": now} for each in after}
    changes = [{"one": each, **looked_at[each], **spoken(talk)} for each, talk in after.items()]
    conversations.change_all(connection, changes)
    texts = [(text, each.conversation) for each in said for text in each.texts]
    send = outbox.claim_new(connection, texts, claim) if claim else ()
    return Marked(told=frozenset(after), send=send, wait=len(send) < len(texts))


def _speeches(
    connection: Connection, held: Iterable[Conversation], seen: Mapping[int, Seen], now: datetime
) -> Iterator[Speech]:
    for talk in held:
        opening, text = seen[talk.id].opening, seen[talk.id].text
        if text and not _is_with_humans(connection, talk):
            yield structs.replace(transactions.telling(opening, text, "acknowledge", now), conversation=talk)


def _is_with_humans(connection: Connection, conversation: Conversation) -> bool:
    """Whether somebody has stepped in just now, or a case was opened."""
    case = cases.current(connection, conversation.case_id)
    return bool(case and case.is_human)


def _waiting(connection: Connection, since: datetime, brand: Brand) -> list[Opening]:
    waiting = conversations.waiting(connection, since, AT_ONCE)
    try:
        return list(transactions.look_into(connection, waiting, brand))
    except Exception as error:
        if isinstance(error, SQLAlchemyError):
            raise
        log.warning("each of %d by itself: together they are not read: %s", len(waiting), trail(error))
    return [opening for each in waiting if (opening := _opening(connection, each, brand))]


def _opening(connection: Connection, conversation_id: int, brand: Brand) -> Opening | None:
    """On whatever our code fails, the others are looked at."""
    try:
        return transactions.open_turn(connection, conversation_id, "", brand)
    except Exception as error:
        if isinstance(error, SQLAlchemyError):
            raise
        log.error("cannot read: %s", trail(error), extra={"conversation": conversation_id})
        return None
