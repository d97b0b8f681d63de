"""Accounts that cannot send, because their platform refuses our credentials."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.clock import Clock
from bot.store import bell as topics
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.rows import read
from bot.store.store import Store
from bot.store.watching_tables import accounts

log = logging.getLogger(__name__)

State = Literal["working", "stopped"]
# How long a process trusts what it knows of an account: another one may have seen otherwise.
TRUST = timedelta(seconds=60)


class AccountState(Struct, frozen=True, kw_only=True):
    """How it stands with an account since when; `reason` is for whoever runs the product."""

    channel: str
    account: str
    state: State
    reason: str
    since: datetime


def stopped(connection: Connection) -> list[AccountState]:
    """The accounts that cannot send, by name."""
    query = select(accounts).where(accounts.c.state == "stopped")
    rows = connection.execute(query.order_by(accounts.c.channel, accounts.c.account)).mappings()
    return [read(AccountState, row) for row in rows]


def put(connection: Connection, state: AccountState) -> bool:
    """Write down how it stands; False if it stood so before. Whoever never stopped needs no row."""
    key = {"channel": state.channel, "account": state.account}
    before = connection.execute(select(accounts.c.state).filter_by(**key)).scalar() or "working"
    if before == state.state:
        return False
    values = {"state": state.state, "reason": state.reason, "since": state.since}
    changed = connection.execute(update(accounts).filter_by(**key).values(**values))
    if not changed.rowcount:
        connection.execute(insert(accounts).values(**key, **values))
    return True


class Accounts:
    """Remembers how it stands with each account, and writes down when that changes.

    Nothing waits for that: where the database is away the next sending tells it again.
    """

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock
        self._known: dict[tuple[str, str], AccountState] = {}

    async def stopped(self, channel: str, account: str, reason: str) -> None:
        """The platform refuses our credentials."""
        await self._learn(channel, account, "stopped", reason)

    async def working(self, channel: str, account: str) -> None:
        """The platform took something of us."""
        await self._learn(channel, account, "working", "")

    async def _learn(self, channel: str, account: str, state: State, reason: str) -> None:
        now = self._clock()
        known = self._known.get((channel, account))
        if known and known.state == state and abs(now - known.since) < TRUST:
            return
        learnt = AccountState(channel=channel, account=account, state=state, reason=reason, since=now)
        try:
            if await self._store.run(put, learnt):
                log.warning("account %s/%s is %s: %s", channel, account, state, reason or "it works again")
                self._bell.ring(topics.QUEUE)
        except Exception as error:
            # Two who learn it at once: one of them wrote it down.
            if not is_away(error) and not isinstance(error, IntegrityError):
                raise
        else:
            self._known[channel, account] = learnt
