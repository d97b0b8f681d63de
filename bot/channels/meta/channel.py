"""What the channels of Meta's platforms do alike."""

from __future__ import annotations

import asyncio
from abc import ABC
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from bot.channels.base import Channel
from bot.channels.http import repeatable
from bot.channels.meta.graph import Graph
from bot.channels.meta.options import Keys
from bot.channels.meta.signature import HEADER, authenticate, challenge, signature
from bot.errors import DeliveryError


class MetaChannel(Channel, ABC):
    """One account of one of Meta's platforms."""

    family: ClassVar[str] = "meta"

    def __init__(self, account: str, keys: Keys, graph: Graph) -> None:
        super().__init__(account)
        self._keys = keys
        self._graph = graph
        self._courtesies: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Check Meta's signature with the app's secret."""
        authenticate(self._keys.app_secret, headers, raw_body)

    def sign(self, raw_body: bytes) -> dict[str, str]:
        """The signature, as Meta sends it."""
        return {HEADER: signature(self._keys.app_secret, raw_body)}

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Repeat Meta's challenge where it knows our verify token."""
        return challenge(self._keys.verify, query)

    async def _have_posted(self, app: str, kind: str, fields: Sequence[str], url: str) -> str | None:
        """Have the app's events of this kind posted to `url`, which Meta verifies at once.

        The app's own token is its number and its secret. None where the number is not known: then
        the app's dashboard must be told.
        """
        if not app:
            return None
        wish = {"object": kind, "fields": ",".join(fields), "callback_url": url, "include_values": True}
        graph = self._graph.in_the_name_of(f"{app}|{self._keys.app_secret}")
        try:
            with repeatable():
                await graph.post(f"{app}/subscriptions", {**wish, "verify_token": self._keys.verify})
        finally:
            await graph.close()
        return ", ".join(fields)

    async def open(self) -> None:
        """Connect."""
        await self._graph.open()

    async def close(self) -> None:
        """Release the connections, once what was begun in passing has ended."""
        await asyncio.gather(*self._courtesies)
        await self._graph.close()

    def _in_passing(self, courtesy: Coroutine[Any, Any, object]) -> None:
        """Do what nobody waits for, and whose failure is none."""
        task = asyncio.create_task(_quietly(courtesy))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)


async def _quietly(courtesy: Coroutine[Any, Any, object]) -> None:
    with suppress(DeliveryError):
        await courtesy
