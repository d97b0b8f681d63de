"""Meta's webhooks: signed batches, sent again until they are taken or patience is at its end."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import aiohttp

from tests.fakes.meta.errors import Json

HOUR = 3600.0
# Messages are given up after an hour, and their account is unsubscribed; comments after a day and
# a half; WhatsApp's after a week.
PATIENCE = {"messaging": HOUR, "standby": HOUR, "changes": 36 * HOUR}
WHATSAPP = "whatsapp_business_account"
WEEK = 7 * 24 * HOUR
# The pauses before a body is sent again: at once a few times, then ever longer.
FIRST_PAUSES = (0.0, 0.0, 0.0, 15.0)
LONGEST_PAUSE = 1800.0
TIMEOUT = aiohttp.ClientTimeout(total=5)

Entry = tuple[str, Json]


class Webhook:
    """Posts what happens on all accounts of one app to one URL.

    `haste` divides every pause. `answers` are the statuses that came back, `bodies` what was
    posted, every time. `headers` replace the signature: a test may forge it.
    """

    def __init__(self, url: str, secret: str, haste: float) -> None:
        self.url = url
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.headers: dict[str, str] | None = None
        self.unsubscribed: set[str] = set()
        self.is_losing = False
        self._secret = secret
        self._haste = haste
        self._held: list[Entry] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)

    def tell(self, kind: str, entry: Json) -> None:
        """Something happened on an account: `kind` is what Meta calls such accounts."""
        if entry["id"] in self.unsubscribed or self.is_losing:
            return
        if self._held is not None:
            self._held.append((kind, entry))
        else:
            self._send([(kind, entry)])

    def lose(self) -> None:
        """Tell of nothing until `find`, and not afterwards either."""
        self.is_losing = True

    def find(self) -> None:
        """Tell again of what happens from now on."""
        self.is_losing = False

    def hold(self) -> None:
        """Keep what happens back until `release`."""
        self._held = []

    def release(self, order: Callable[[list[Entry]], Iterable[Entry]] = list, *, times: int = 1) -> None:
        """Post what was held as one batch for each kind, in another order or more than once."""
        held, self._held = self._held or [], None
        entries = list(order(held))
        for _ in range(times):
            for kind in dict.fromkeys(kind for kind, _ in entries):
                self._send([entry for entry in entries if entry[0] == kind])

    def repeat(self) -> None:
        """Post the latest body once more, as Meta does when it missed the answer."""
        body = self.bodies[-1]
        self._start(self._deliver(body, PATIENCE["messaging"], ""))

    async def settled(self) -> None:
        """Wait until everything so far was taken or given up."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def stop(self) -> None:
        """Post nothing more."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._session.close()

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers that go with a body."""
        digest = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"} if self.headers is None else self.headers
        return {"Content-Type": "application/json", **headers}

    def _send(self, entries: list[Entry]) -> None:
        kind = entries[0][0]
        patience = min(_patience(kind, entry) for _, entry in entries)
        self._start(self._deliver(written(kind, [e for _, e in entries]), patience, entries[0][1]["id"]))

    def _start(self, delivery: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(delivery)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, body: bytes, patience: float, account: str) -> None:
        waited, pauses = 0.0, list(FIRST_PAUSES)
        while not await self._post(body):
            pause = pauses.pop(0) if pauses else min(LONGEST_PAUSE, max(30.0, waited))
            waited += pause
            if waited > patience:
                self.unsubscribed.add(account)
                return
            await asyncio.sleep(pause / self._haste)

    async def _post(self, body: bytes) -> bool:
        self.bodies.append(body)
        try:
            async with self._session.post(self.url, data=body, headers=self.signed(body)) as answer:
                self.answers.append(answer.status)
                return answer.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False


def written(kind: str, entries: list[Json]) -> bytes:
    """A body as Meta writes it: everything beyond ASCII escaped, and slashes too."""
    return json.dumps({"object": kind, "entry": entries}).replace("/", "\\/").encode()


def _patience(kind: str, entry: Json) -> float:
    if kind == WHATSAPP:
        return WEEK
    return min(seconds for name, seconds in PATIENCE.items() if name in entry)
