"""Has sent at once what was said just now, instead of leaving it to whoever looks next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from bot.store.bell import OUTBOX, Bell
from bot.store.outbox import Claim, Parcel
from bot.unexpected import trail

log = logging.getLogger(__name__)

T = TypeVar("T")


class Courier(Protocol):
    """Sends at once what has just been said."""

    def claim(self) -> Claim | None:
        """What texts may be claimed under; None where they would have to wait anyway."""

    async def take(self, parcels: Sequence[Parcel], claim: Claim) -> None:
        """Begin to send texts that were claimed."""

    async def give_back(self, claim: Claim) -> None:
        """Let others send what may have been claimed, for nothing is sent under this."""


class Left(Struct, frozen=True, kw_only=True):
    """What a transaction leaves that said something: texts to `send` at once, or texts that `wait`."""

    send: Sequence[Parcel] = ()
    wait: bool = False


L = TypeVar("L", bound=Left | None)


async def commit_and_send(courier: Courier, bell: Bell, commit: Callable[[Claim | None], Awaitable[L]]) -> L:
    """Commit what is said, and have it sent.

    Who is told to stop meanwhile stops after that: nobody else would send what is claimed by us.
    """
    return await _wholly(_commit_and_send(courier, bell, commit))


async def _commit_and_send(courier: Courier, bell: Bell, commit: Callable[[Claim | None], Awaitable[L]]) -> L:
    claim = courier.claim()
    try:
        left = await commit(claim)
    except Exception:
        # It may have been committed all the same: of a connection that dies nobody knows.
        if claim:
            await courier.give_back(claim)
        raise
    if isinstance(left, Left):
        if left.send and claim:
            await courier.take(left.send, claim)
        if left.wait:
            bell.ring(OUTBOX)
    return left


async def _wholly(work: Coroutine[Any, Any, T]) -> T:
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        while not working.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({working})
        if not working.cancelled() and (error := working.exception()):
            log.error("cannot end what was begun: %s", trail(error))
        raise
