"""A bot's updates on their way: kept until confirmed, fetched or posted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.fakes.telegram.errors import Json, conflict

DAY = 24 * 3600.0
# What is not sent to a bot that does not ask for it by name.
ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")


@dataclass(frozen=True)
class Update:
    """An update; `chat` is the line in which it waits its turn."""

    id: int
    chat: int
    created: float
    body: Json


class Updates:
    """The unconfirmed updates of one bot, oldest first."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next_id = 7001
        self._pending: dict[int, Update] = {}
        self._held: list[Update] | None = None
        self._poller = 0
        self._news = asyncio.Event()
        self._all_gone = asyncio.Event()
        self._all_gone.set()
        self.allowed: list[str] = []
        self.latest: Update | None = None
        self.listener: Callable[[Update], None] | None = None

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, kind: str, chat: int, content: Json) -> int:
        """Something happened; returns the update's id."""
        update = Update(self._next_id, chat, self._clock(), {"update_id": self._next_id, kind: content})
        self._next_id += 1
        self.latest = update
        if self._is_wanted(kind):
            self.put(update)
        return update.id

    def put(self, update: Update) -> None:
        """Send an update on its way; one already confirmed goes a second time."""
        if self._held is not None:
            self._held.append(update)
            return
        self._pending[update.id] = update
        self._all_gone.clear()
        self._news.set()
        if self.listener:
            self.listener(update)

    def repeat(self) -> None:
        """Send the latest update a second time, as Telegram does when it missed the answer."""
        if self.latest:
            self.put(self.latest)

    @property
    def is_held(self) -> bool:
        """Whether new updates are kept back."""
        return self._held is not None

    def hold(self) -> None:
        """Keep new updates back until `release`."""
        self._held = []

    def release(self, order: Callable[[list[Update]], Iterable[Update]] = list) -> None:
        """Let held updates go, in another order where one is given."""
        held, self._held = self._held or [], None
        for update in order(held):
            self.put(update)

    def confirm(self, update_id: int) -> None:
        """The bot has this one."""
        self._pending.pop(update_id, None)
        if not self._pending:
            self._all_gone.set()

    def clear(self) -> None:
        """Forget what the bot does not have yet."""
        self._pending.clear()
        self._all_gone.set()

    def all(self) -> list[Update]:
        """What the bot does not have yet; Telegram forgets after a day."""
        oldest = self._clock() - DAY
        self._pending = {key: kept for key, kept in self._pending.items() if kept.created > oldest}
        return list(self._pending.values())

    async def fetch(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """Long polling: confirm what is before `offset`, return what is there or comes in time.

        Raises 409 in the older of two calls at a time.
        """
        self._poller += 1
        me = self._poller
        self._news.set()  # wakes an older call, which then sees that it is no longer alone
        self._confirm_before(offset)
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            if me != self._poller:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )
            found = [update.body for update in self.all()][:limit]
            left = deadline - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            await self._wait(left)

    async def fetched(self) -> None:
        """Wait until the bot has every update so far."""
        await self._all_gone.wait()

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def _confirm_before(self, offset: int) -> None:
        if offset < 0:
            offset = min((kept.id for kept in self.all()[offset:]), default=0)
        for update_id in [known for known in self._pending if known < offset]:
            self.confirm(update_id)

    def _is_wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST
