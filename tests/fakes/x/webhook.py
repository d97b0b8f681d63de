"""A webhook: challenged before it is taken and at any time, signed, and without a second attempt."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import aiohttp

from tests.fakes.x.errors import Json
from tests.fakes.x.keys import CLIENT_SECRET, CONSUMER_SECRET

TIMEOUT = aiohttp.ClientTimeout(total=10)


class Hook:
    """Posts events to one URL, as long as it passes its challenges.

    `answers` are the statuses that came back. What is held or lost is not posted. `headers` replace the
    signatures: a test may forge them.
    """

    def __init__(self, number: str, url: str) -> None:
        self.id = number
        self.url = url
        self.valid = False
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.headers: dict[str, str] | None = None
        self._held: list[Json] | None = None
        self._loses = False
        self._under_way: set[asyncio.Task[None]] = set()
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)

    async def challenge(self) -> bool:
        """Ask it to prove that it has the app's secret."""
        token = secrets.token_urlsafe(16)
        try:
            async with self._session.get(self.url, params={"crc_token": token}) as answer:
                is_json = answer.content_type == "application/json"
                told = await answer.json() if answer.status == 200 and is_json else {}
        except (aiohttp.ClientError, asyncio.TimeoutError):
            told = {}
        expected = {signed(secret, token.encode()) for secret in (CLIENT_SECRET, CONSUMER_SECRET)}
        self.valid = told.get("response_token") in expected
        return self.valid

    def tell(self, body: Json) -> None:
        """Something happened."""
        if self._held is not None:
            self._held.append(body)
        elif self.valid and not self._loses:
            self._start(self._post(json.dumps(body).encode()))

    def hold(self) -> None:
        """Keep what happens back until `release`."""
        self._held = []

    def release(self, order: Callable[[list[Json]], Iterable[Json]] = list, *, times: int = 1) -> None:
        """Post what was held, in another order or more than once."""
        held, self._held = self._held or [], None
        for _ in range(times):
            for body in order(held):
                self.tell(body)

    def lose(self, *, loses: bool = True) -> None:
        """Let nothing arrive from now on, or everything again."""
        self._loses = loses

    async def settled(self) -> None:
        """Wait until everything so far was posted."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def stop(self) -> None:
        """Post nothing more."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._session.close()

    def json(self) -> Json:
        """As the API tells of it."""
        return {"id": self.id, "url": self.url, "valid": self.valid, "created_at": "2026-11-01T10:00:00.000Z"}

    def _start(self, delivery: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(delivery)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _post(self, body: bytes) -> None:
        """Once, whatever is answered: X does not promise to try again."""
        headers = {
            "x-twitter-webhooks-signature": signed(CONSUMER_SECRET, body),
            "x-twitter-webhooks-signature-oauth2": signed(CLIENT_SECRET, body),
        }
        headers = {"Content-Type": "application/json", **(headers if self.headers is None else self.headers)}
        self.bodies.append(body)
        try:
            async with self._session.post(self.url, data=body, headers=headers) as answer:
                self.answers.append(answer.status)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            self.answers.append(0)


def signed(secret: str, message: bytes) -> str:
    """A signature as X writes it."""
    return f"sha256={base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()}"
