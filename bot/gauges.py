"""What waits, as Prometheus sees it: read from the database when somebody looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.brand import PRIORITIES
from bot.clock import Clock
from bot.store.backlog import Backlog
from bot.store.rows import HUMAN

# Who looks again within so many seconds sees the same: many may look, and often.
FRESH = 1.0
# A look that takes long is made seldom: it takes at most this share of the time.
SHARE = 0.02
# How long somebody who looks waits for the database, in seconds; then he gets what was known.
PATIENCE = 2.0

_UNKNOWN = float("nan")
_GAUGES: tuple[Gauge, ...] = (
    metrics.WAITING_MESSAGES,
    metrics.WAITING_MESSAGE_AGE,
    metrics.WAITING_TURNS,
    metrics.OUTBOX_AGE,
    metrics.WAITING_CASE_AGE,
    *(metrics.OUTBOX.labels(state) for state in ("due", "later")),
    *(metrics.CASES.labels(status, priority) for status in HUMAN for priority in PRIORITIES),
    *(metrics.OVERDUE_CASES.labels(priority) for priority in PRIORITIES),
    *(metrics.SET_ASIDE.labels(kind) for kind in ("turn", "request")),
    *(metrics.MENTIONS.labels(priority) for priority in PRIORITIES),
    metrics.UNRATED_MENTIONS,
)


class Gauges:
    """Sets the figures of what waits, which `look` finds; `accounts` are those that are switched on.

    While the database is away they are not a number: an old figure would look like a quiet hour.
    """

    def __init__(
        self,
        look: Callable[[datetime], Awaitable[Backlog]],
        accounts: Iterable[tuple[str, str]],
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = look
        self._accounts = tuple(accounts)
        self._clock = clock
        self._timer = timer
        self._stale_at = timer()
        self._looking: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Look, unless somebody did just now or does so already."""
        if self._looking is None and self._timer() >= self._stale_at:
            self._looking = asyncio.create_task(self._look())
        if self._looking:
            await self._wait_for(self._looking)

    async def _wait_for(self, looking: asyncio.Task[None]) -> None:
        done, _ = await asyncio.wait({looking}, timeout=PATIENCE)
        if done:
            self._looking = None
            looking.result()
        else:
            self._forget()

    async def _look(self) -> None:
        began, now = self._timer(), self._clock()
        try:
            found = await self._find(now)
        except SQLAlchemyError:
            self._forget()
        else:
            self._show(found, now)
        took = self._timer() - began
        self._stale_at = self._timer() + max(FRESH, took / SHARE)

    def _show(self, found: Backlog, now: datetime) -> None:
        metrics.DATABASE_UP.set(1)
        metrics.WAITING_MESSAGES.set(found.messages)
        metrics.WAITING_MESSAGE_AGE.set(_age(found.oldest_message, now))
        metrics.WAITING_TURNS.set(found.turns)
        metrics.OUTBOX.labels("due").set(found.to_send_now)
        metrics.OUTBOX.labels("later").set(found.to_send - found.to_send_now)
        metrics.OUTBOX_AGE.set(_age(found.oldest_to_send, now))
        metrics.WAITING_CASE_AGE.set(_age(found.oldest_case, now))
        for rank, priority in enumerate(PRIORITIES):
            metrics.OVERDUE_CASES.labels(priority).set(found.overdue.get(rank, 0))
            metrics.MENTIONS.labels(priority).set(found.mentions.get(rank, 0))
            for status in HUMAN:
                metrics.CASES.labels(status, priority).set(found.cases.get((status, rank), 0))
        metrics.SET_ASIDE.labels("turn").set(found.set_aside.get("turn", 0))
        metrics.SET_ASIDE.labels("request").set(found.set_aside.get("request", 0))
        metrics.UNRATED_MENTIONS.set(found.unrated)
        for account in {*self._accounts, *found.stopped}:
            metrics.ACCOUNT_STOPPED.labels(*account).set(account in found.stopped)
        for account in {*self._accounts, *found.silent}:
            metrics.ACCOUNT_SILENT.labels(*account).set(account in found.silent)

    def _forget(self) -> None:
        metrics.DATABASE_UP.set(0)
        for gauge in (*_GAUGES, *self._of_accounts()):
            gauge.set(_UNKNOWN)

    def _of_accounts(self) -> Iterator[Gauge]:
        for account in self._accounts:
            yield metrics.ACCOUNT_STOPPED.labels(*account)
            yield metrics.ACCOUNT_SILENT.labels(*account)


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
