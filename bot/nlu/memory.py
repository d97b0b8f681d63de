"""Rasa's memory of conversations: a SQLite file that survives a restart."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# A turn has about six events. The gateway keeps the whole conversation; Rasa needs the last
# turns only, and Rasa's own SQL store reads more and more of them with every message.
KEPT = 30

_TABLE = "CREATE TABLE IF NOT EXISTS trackers (sender_id TEXT PRIMARY KEY, dialogue TEXT NOT NULL)"
_SAVE = "INSERT OR REPLACE INTO trackers VALUES (?, ?)"
_FIND = "SELECT dialogue FROM trackers WHERE sender_id = ?"


class Memory(TrackerStore):
    """Keeps the last turns of each conversation, and all its slots, in one row of `db`."""

    def __init__(
        self,
        domain: Domain,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        db: str = "var/rasa.db",
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        Path(db).parent.mkdir(parents=True, exist_ok=True)
        # Autocommit: every save is one statement.
        self._connection = sqlite3.connect(db, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_TABLE)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep what is needed of a conversation."""
        await self.stream_events(tracker)
        kept = Dialogue(tracker.sender_id, _kept(tracker)).as_dict()
        self._connection.execute(_SAVE, (tracker.sender_id, json.dumps(kept)))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What is kept of a conversation, or None where it is new."""
        row = self._connection.execute(_FIND, (sender_id,)).fetchone()
        return self.deserialise_tracker(sender_id, row[0]) if row else None

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return [row[0] for row in self._connection.execute("SELECT sender_id FROM trackers")]


def _kept(tracker: DialogueStateTracker) -> list[Event]:
    """The last events from the beginning of a turn on; what came before is left as slots."""
    events = list(tracker.events)
    if len(events) <= KEPT:
        return events
    last = events[-KEPT:]
    start = next((n for n, event in enumerate(last) if isinstance(event, UserUttered)), 0)
    slots = [SlotSet(name, value) for name, value in tracker.current_slot_values().items() if value]
    return [*slots, ActionExecuted(ACTION_LISTEN_NAME), *last[start:]]
