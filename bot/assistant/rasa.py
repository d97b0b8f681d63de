"""The assistant as Rasa serves it, over HTTP: the only module that knows Rasa's address."""

from __future__ import annotations

import asyncio
import time
from typing import TypeVar

import aiohttp
import msgspec

from bot.errors import AssistantError, AssistantFailed, AssistantUnavailable
from bot.messages import Turn, Understanding
from bot.metrics import ASSISTANT_ERRORS, READING, server_label

# Where `bot.nlu.channel` answers.
_HEALTH, _WEBHOOK = "/webhooks/relais/", "/webhooks/relais/webhook"
# Rasa behind a proxy, or still loading: asking again makes sense.
_AWAY = frozenset({502, 503, 504})

E = TypeVar("E", bound=AssistantError)


class Rasa:
    """Rasa at `address`; a turn may take `patience` seconds, a look whether it is there `glance`."""

    def __init__(self, address: str, *, patience: float = 20.0, glance: float = 2.0) -> None:
        self._address = address.rstrip("/")
        self._patience = aiohttp.ClientTimeout(total=patience)
        self._glance = aiohttp.ClientTimeout(total=glance)
        self._session: aiohttp.ClientSession | None = None
        self._name = server_label(address)
        self._reading = READING.labels(self._name)

    async def read(self, turn: Turn) -> Understanding:
        """Read a turn and advance its conversation.

        Raises `AssistantUnavailable` where asking again makes sense, else `AssistantFailed`.
        """
        began = time.perf_counter()
        status, body = await self._post(_asked(turn))
        if status in _AWAY:
            raise self._counted("loading", AssistantUnavailable(f"Rasa answered {status}"))
        if status != 200:
            raise self._counted("status", AssistantFailed(f"Rasa answered {status}"))
        understanding = self._understanding(body)
        self._reading.observe(time.perf_counter() - began)
        return understanding

    async def ready(self) -> bool:
        """Whether a model is loaded and answers."""
        try:
            async with self._open().get(self._address + _HEALTH, timeout=self._glance) as response:
                return response.status == 200
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

    async def close(self) -> None:
        """Release connections."""
        if self._session:
            await self._session.close()

    async def _post(self, asked: dict[str, str]) -> tuple[int, bytes]:
        url = self._address + _WEBHOOK
        try:
            async with self._open().post(url, json=asked, timeout=self._patience) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            kind = "timeout" if isinstance(error, asyncio.TimeoutError) else "unreachable"
            unavailable = AssistantUnavailable(f"Rasa cannot be reached: {type(error).__name__}")
            raise self._counted(kind, unavailable) from error

    def _understanding(self, body: bytes) -> Understanding:
        try:
            return msgspec.json.decode(body, type=Understanding)
        except msgspec.DecodeError as error:
            failed = AssistantFailed(f"Rasa answered what we cannot read: {error}")
            raise self._counted("unreadable", failed) from error

    def _counted(self, kind: str, error: E) -> E:
        ASSISTANT_ERRORS.labels(self._name, kind).inc()
        return error

    def _open(self) -> aiohttp.ClientSession:
        """The one session, made within the running loop at first use."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session


def _asked(turn: Turn) -> dict[str, str]:
    return {
        "sender": turn.conversation,
        "text": turn.text,
        "language": turn.language,
        "surface": turn.surface,
    }
