"""Wakes a worker for what other processes have written, where no bell reaches it from there."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.store import bell
from bot.store.bell import Bell
from bot.store.store import Store
from bot.store.tables import messages
from bot.unexpected import place

log = logging.getLogger(__name__)

# The rest between two looks, in seconds: what a customer waits for at most before his turn begins.
REST = 0.05

_NEWEST = select(func.max(messages.c.id))


class Alert:
    """Looks whether there are new messages, from whom or to whom ever, and rings for workers."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell
        self._newest = 0

    async def run(self) -> None:
        """Look again and again until cancelled, unless other processes ring here themselves."""
        while True:
            try:
                if not self._bell.connected:
                    await self.look()
            except SQLAlchemyError as error:
                log.warning("cannot look for messages: %s", place(error))
            await asyncio.sleep(REST)

    async def look(self) -> None:
        """Ring if there are messages that were not there at the last look."""
        newest = await self._store.read(_newest)
        if newest != self._newest:
            self._newest = newest
            self._bell.ring(bell.TURNS, bell.OUTBOX)


def _newest(connection: Connection) -> int:
    return connection.execute(_NEWEST).scalar() or 0
