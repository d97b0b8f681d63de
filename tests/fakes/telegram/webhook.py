"""Webhook delivery as Telegram's server does it.

An update that is not answered with 2xx is posted again after 1 s, 2 s, 4 s … up to a random
60 to 120 s, or when `Retry-After` says; it is dropped after a day. Updates of one chat wait for
one another, chats do not.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque

import aiohttp

from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.updates import DAY, Update, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
IDLE_SECONDS = 60.0
LONGEST_RETRY_AFTER = 3600.0


class Webhook:
    """One bot's webhook while it is set.

    `haste` divides every delay. `headers` go with every post: a test may forge them. `answers`
    are the statuses that came back.
    """

    def __init__(self, updates: Updates, url: str, secret: str, connections: int, haste: float) -> None:
        self.url = url
        self.answers: list[int] = []
        self.last_error = ""
        self._updates = updates
        self.headers = {SECRET_HEADER: secret} if secret else {}
        self._haste = haste
        self._slots = asyncio.Semaphore(connections)
        self._lines: dict[int, deque[Update]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=IDLE_SECONDS))
        updates.listener = self._line_up
        for update in updates.all():
            self._line_up(update)

    async def stop(self) -> None:
        """Post nothing more; what the bot does not have stays with the updates."""
        self._updates.listener = None
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        await self._session.close()

    async def settled(self) -> None:
        """Wait until every update has been taken or dropped."""
        while self._workers:
            await asyncio.wait(self._workers)

    def info(self) -> Json:
        """The webhook as getWebhookInfo tells it."""
        info: Json = {"url": self.url, "has_custom_certificate": False}
        info["pending_update_count"] = len(self._updates)
        return info | ({"last_error_message": self.last_error} if self.last_error else {})

    def _line_up(self, update: Update) -> None:
        line = self._lines.setdefault(update.chat, deque())
        line.append(update)
        if len(line) == 1:
            worker = asyncio.ensure_future(self._serve(update.chat, line))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _serve(self, chat: int, line: deque[Update]) -> None:
        """Post the updates of one chat, one after the other."""
        while line:
            await self._deliver(line[0])
            self._updates.confirm(line[0].id)
            line.popleft()
        del self._lines[chat]

    async def _deliver(self, update: Update) -> None:
        """Post until it is taken."""
        waited, delay = 0.0, 1.0
        while waited < DAY:
            wish = await self._post(update)
            if wish is None:
                return
            pause = wish or delay
            await asyncio.sleep(pause / self._haste)
            waited += pause
            delay = min(delay * 2, random.uniform(60, 120))  # noqa: S311 - jitter, no secret

    async def _post(self, update: Update) -> float | None:
        """None when the update is taken, else the Retry-After in seconds, 0 where none is given."""
        try:
            async with (
                self._slots,
                self._session.post(self.url, json=update.body, headers=self.headers) as answer,
            ):
                self.answers.append(answer.status)
                if answer.status < 300:
                    return None
                self.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return _seconds(answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            self.last_error = f"Connection failed: {type(exc).__name__}"
            return 0.0


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), LONGEST_RETRY_AFTER) if retry_after.isdigit() else 0.0
