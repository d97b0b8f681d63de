"""Several servers of an assistant as one: a conversation stays with one while that one lives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b

from msgspec import structs

from bot.assistant.port import Assistant
from bot.errors import AssistantUnavailable
from bot.messages import Turn, Understanding
from bot.metrics import ASSISTANT_ERRORS, server_label

# Turns under way at one server. A server reads one after the other: those that wait outside of
# it can still be overtaken by what is more urgent.
AT_ONCE = 4
# How long a server that did not answer is left alone before it is looked at again, in seconds.
REST = 2.0
# After how long without an answer a server is asked whether it is there at all, in seconds.
PATIENCE = 2.0


class Several:
    """Assistants by name. A conversation goes to the server that it is with, whichever process asks.

    One that is with none, or whose server is away, goes to the one with the fewest turns of this
    process under way; among equals each conversation has its own order (rendezvous hashing). `at_once`
    is how many turns a server has under way for this process. A server that has not answered after
    `patience` seconds and does not say that it is there is given up.
    """

    def __init__(
        self,
        servers: Mapping[str, Assistant],
        *,
        at_once: int = AT_ONCE,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._servers = [
            _Server(name, assistant, at_once=at_once, patience=patience, clock=clock)
            for name, assistant in servers.items()
        ]

    async def read(self, turn: Turn) -> Understanding:
        """Read a turn and advance its conversation; the answer tells which server it is with now.

        Raises `AssistantUnavailable` where asking again makes sense, else `AssistantFailed`.
        """
        unavailable = AssistantUnavailable("every server is away")
        for server in sorted(self._servers, key=lambda server: server.place(turn)):
            try:
                return await server.read(turn)
            except AssistantUnavailable as error:
                unavailable = error
        raise unavailable

    async def ready(self) -> bool:
        """Whether a server is there."""
        return any(await asyncio.gather(*(server.assistant.ready() for server in self._servers)))

    async def close(self) -> None:
        """Release connections."""
        await asyncio.gather(*(server.assistant.close() for server in self._servers))


class _Server:
    """One of several servers, and since when it is away."""

    def __init__(
        self,
        name: str,
        assistant: Assistant,
        *,
        at_once: int,
        patience: float,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self.assistant = assistant
        # It is stored with each conversation: addresses may be long, and are nobody's business.
        self._id = _digest(name)
        self._turns = 0
        self._slots = asyncio.Semaphore(at_once)
        self._patience = patience
        self._clock = clock
        self._away_since: float | None = None

    def place(self, turn: Turn) -> tuple[bool, int, str]:
        """Where it stands among the servers that may read a turn: the least is asked first."""
        return turn.server != self._id, self._turns, _digest(f"{turn.conversation}@{self.name}")

    async def read(self, turn: Turn) -> Understanding:
        """Ask it, unless it is away; raises `AssistantUnavailable` then, too."""
        self._turns += 1
        try:
            return structs.replace(await self._read(turn), server=self._id)
        finally:
            self._turns -= 1

    async def _read(self, turn: Turn) -> Understanding:
        async with self._slots:
            if not await self._is_here():
                raise AssistantUnavailable(f"{self.name} is away")
            try:
                understanding = await self._ask(turn)
            except AssistantUnavailable:
                self._away_since = self._clock()
                raise
            self._away_since = None
            return understanding

    async def _ask(self, turn: Turn) -> Understanding:
        asked = asyncio.ensure_future(self.assistant.read(turn))
        try:
            while not (await asyncio.wait({asked}, timeout=self._patience))[0]:
                # An action may take its time; a server that is stopped says nothing at all.
                if not await self.assistant.ready() and not asked.done():
                    ASSISTANT_ERRORS.labels(server_label(self.name), "hangs").inc()
                    raise AssistantUnavailable(f"{self.name} hangs")
            return await asked
        finally:
            asked.cancel()

    async def _is_here(self) -> bool:
        if self._away_since is None:
            return True
        if self._clock() - self._away_since < REST:
            return False
        # One turn looks and the others pass by meanwhile: a server that hangs holds up nobody else.
        self._away_since = self._clock()
        if await self.assistant.ready():
            self._away_since = None
        return self._away_since is None


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
