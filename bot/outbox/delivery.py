"""The deliverer: claims messages that are due, sends each once, and writes down how it went."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from bot.brand import Brand
from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    TakenElsewhere,
    Unreachable,
)
from bot.gathering import Gathering
from bot.logs import within
from bot.messages import Receipt, Surface
from bot.metrics import FIRST_RESPONSE, HANDOVERS, SENDING, SENT
from bot.outbox import outcomes
from bot.outbox.outcomes import MAX_REASON, Lost, Sent
from bot.outbox.pacing import Pacing
from bot.outbox.retry import next_attempt
from bot.outbox.window import Window, window
from bot.store import elsewhere, outbox
from bot.store.accounts import Accounts
from bot.store.bell import OUTBOX, QUEUE, Bell
from bot.store.bell import conversation as topic_of
from bot.store.faults import is_away
from bot.store.outbox import Claim, Parcel
from bot.store.store import Store
from bot.unexpected import place, trail
from bot.worker import Worker

if TYPE_CHECKING:
    from bot.outbox.shared_pace import SharedPace

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=60)
# Most of a delivery is waiting for the platform.
AT_ONCE = 48
# Sendings that are written down together at most, and how many such groups at the same time: where the
# database is slow, none may be left without one when the process stops.
TOGETHER = 16
GROUPS = AT_ONCE // TOGETHER + 1
# Waits up to this are slept through, for writing them down would cost more than they take.
SHORT_WAIT = timedelta(seconds=0.5)
# How long an account rests whose credentials were refused, or which is switched off.
STOPPED = timedelta(seconds=60)
# How long a platform may take to tell of a text of which nobody knows whether it arrived.
ECHO = timedelta(minutes=2)
TOO_LATE = "too long since the customer wrote"
# The rest before a sending is written down again that the database did not take, in seconds.
WRITE_AGAIN = 0.5


class Held(Struct, frozen=True, kw_only=True):
    """A message that is ours to send until a moment of the stopwatch, which nobody sets back."""

    parcel: Parcel
    until: float


class Delivery:
    """Sends messages and writes down how it went."""

    def __init__(
        self,
        *,
        store: Store,
        bell: Bell,
        channels: Mapping[tuple[str, str], Channel],
        brand: Brand,
        accounts: Accounts,
        clock: Clock,
        stopwatch: Callable[[], float] = time.monotonic,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
        shared_pace: SharedPace | None = None,
    ) -> None:
        self._store = store
        self._bell = bell
        self._channels = channels
        self._brand = brand
        self._accounts = accounts
        self._clock = clock
        self._stopwatch = stopwatch
        self._rest = rest
        paces = {key: channel.features.pace for key, channel in channels.items()}
        self._pacing = Pacing(paces, shared_pace, clock)
        # Written down together: of what a crowd is told, each by itself would cost several statements.
        self._sent = Gathering(self._write_all_down, concerns_all=is_away, most=TOGETHER, groups=GROUPS)
        # Any number of workers may share a database.
        self.worker: Worker[Held] = Worker(
            bell=bell,
            topic=OUTBOX,
            at_once=lambda: AT_ONCE,
            claim=self._claim_due,
            work=self._deliver_and_ring,
        )

    def claim(self) -> Claim | None:
        """What a text may be claimed under that is sent at once; None where there is no room."""
        return self._new_claim() if self.worker.has_room else None

    async def take(self, parcels: Sequence[Parcel], claim: Claim) -> None:
        """Begin to send texts that were claimed; where no more are begun, somebody else may."""
        if not self.worker.take([Held(parcel=parcel, until=claim.stopwatch) for parcel in parcels]):
            await self.give_back(claim)

    async def give_back(self, claim: Claim) -> None:
        """Let others send what may have been claimed, for nothing is sent under this."""
        await self._insist(
            lambda: self._store.run(outbox.release, claim.lease), "not given back yet", until=claim.stopwatch
        )
        self._bell.ring(OUTBOX)

    def _new_claim(self) -> Claim:
        return Claim(
            lease=uuid.uuid4().hex,
            until=self._clock() + LEASE,
            stopwatch=self._stopwatch() + LEASE.total_seconds(),
        )

    async def _claim_due(self, room: int) -> list[Held]:
        now, claim = self._clock(), self._new_claim()
        claimed = await self._store.run(outbox.claim, claim.lease, now=now, until=claim.until, most=room)
        return [Held(parcel=parcel, until=claim.stopwatch) for parcel in claimed]

    async def _deliver_and_ring(self, held: Held) -> None:
        parcel = held.parcel
        talk, outbound = parcel.conversation, parcel.outbound.id
        fields = {"channel": talk.channel, "account": talk.account, "case": talk.case_id}
        another_waits = True
        try:
            with within(conversation=talk.id, outbound=outbound, **fields):
                another_waits = await self._deliver(held)
        finally:
            self._bell.ring(topic_of(talk.id), *([OUTBOX] if another_waits else []))

    async def _deliver(self, held: Held) -> bool:
        """Do what is to be done now; False if surely nothing else of the conversation waits for that."""
        parcel = held.parcel
        key = (parcel.conversation.channel, parcel.conversation.account)
        channel = self._channels.get(key)
        if channel is None:
            await self._postpone(parcel, STOPPED)
            await self._put_off(key, STOPPED)
            return True
        if await self._is_over(parcel, channel):
            return True
        wait = await self._pacing.reserve(key, parcel.outbound.address, SHORT_WAIT)
        if wait > SHORT_WAIT:
            await self._postpone(parcel, wait)
            return True
        await asyncio.sleep(wait.total_seconds())
        if self._stopwatch() >= held.until:
            log.warning("the lease ended before the message was sent")
            await self._store.run(outbox.postpone, parcel.outbound.id, parcel.lease, self._clock())
            return True
        return await self._send(held, channel)

    async def _is_over(self, parcel: Parcel, channel: Channel) -> bool:
        """Whether nothing is to be sent any more, or not now: what became of it is written down."""
        now = self._clock()
        if parcel.has_failed is not None:
            await self._lost(parcel, "failed", parcel.has_failed)
        elif parcel.echo_by is not None:
            await self._wait_for_echo(parcel, parcel.echo_by - now)
        elif parcel.interrupted and not (channel.features.idempotent and now < parcel.deadline):
            await self._doubted(parcel, channel, "the attempt was interrupted")
        elif parcel.outbound.purpose != "agent" and parcel.conversation.is_elsewhere(now):
            await self._store.run(outcomes.dropped, parcel)
        elif self._window(parcel, channel) == "closed":
            await self._lost(parcel, "failed", TOO_LATE)
        else:
            return False
        return True

    def _window(self, parcel: Parcel, channel: Channel) -> Window:
        said_at = parcel.conversation.said_at
        return window(parcel.outbound, said_at, channel.features.windows, self._clock())

    async def _send(self, held: Held, channel: Channel) -> bool:
        parcel = held.parcel
        outbound, another_waits = parcel.outbound, True
        if self._window(parcel, channel) == "late":
            outbound = msgspec.structs.replace(outbound, late=True)
        began, set_out_at = time.perf_counter(), self._clock()
        try:
            receipt = await channel.send(outbound)
        except DeliveryError as error:
            await self._failed(parcel, channel, error)
            result = type(error).__name__
        except Exception as error:  # noqa: BLE001 - any of our own code's, and the others go on
            # Before the message left or after: tried again it might be doubled.
            log.error("stumbled over a message: %s", trail(error))
            await self._doubted(parcel, channel, place(error))
            result = type(error).__name__
        else:
            SENDING.labels(channel.name).observe(time.perf_counter() - began)
            self._measure(parcel)
            another_waits = await self._write_down(held, receipt, set_out_at)
            await self._pacing.sent((channel.name, channel.account), parcel.outbound.address)
            await self._accounts.working(channel.name, channel.account)
            result = "sent"
            log.debug("sent")
        SENT.labels(channel=channel.name, account=channel.account, result=result).inc()
        return another_waits

    async def _write_down(self, held: Held, receipt: Receipt, set_out_at: datetime) -> bool:
        """Say that it was sent; nobody else knows, and would have to guess.

        Tells whether another waits in the conversation.
        """
        sent = Sent(held.parcel, receipt, set_out_at)
        return await self._insist(
            lambda: self._sent.do(sent), "sent, and not written down yet", until=held.until
        )

    async def _write_all_down(self, sent: Callable[[], Sequence[Sent]]) -> list[bool]:
        return await self._store.run(lambda connection: outcomes.sent(connection, sent(), self._clock()))

    async def _insist(self, write: Callable[[], Awaitable[T]], what: str, *, until: float) -> T:
        """Write however often that takes, while the database is away and the lease lasts."""
        while True:
            try:
                return await write()
            except Exception as error:
                if not is_away(error) or self._stopwatch() >= until:
                    raise
                log.warning("%s: %s", what, trail(error))
                await self._rest(WRITE_AGAIN)

    def _measure(self, parcel: Parcel) -> None:
        """How long the customer waited, if this was the first that he heard from us."""
        if parcel.since:
            waited = (self._clock() - parcel.since).total_seconds()
            labels = (parcel.conversation.channel, parcel.outbound.purpose)
            FIRST_RESPONSE.labels(*labels).observe(max(0.0, waited))

    async def _failed(self, parcel: Parcel, channel: Channel, error: DeliveryError) -> None:
        log.warning("not sent: %s", type(error).__name__)
        account = (parcel.conversation.channel, parcel.conversation.account)
        if isinstance(error, (Unreachable, TakenElsewhere)) and parcel.outbound.in_private:
            # Of the private conversation, which may still be opened by the customer.
            await self._lost(parcel, "failed", str(error))
        elif isinstance(error, Unreachable):
            await self._store.run(outcomes.unreachable, parcel, str(error), self._clock())
        elif isinstance(error, TakenElsewhere):
            await self._taken_elsewhere(parcel, str(error))
        elif isinstance(error, DeliveryRefused):
            await self._lost(parcel, "failed", str(error))
        elif isinstance(error, DeliveryUnknown):
            await self._doubted(parcel, channel, str(error))
        elif isinstance(error, AccountStopped):
            await self._pause(account, STOPPED)
            await self._again(parcel, error, STOPPED.total_seconds())
            await self._accounts.stopped(*account, str(error))
        elif isinstance(error, DeliveryLater):
            if error.retry_after:
                await self._pause(account, timedelta(seconds=error.retry_after), error.surface)
            await self._again(parcel, error, error.retry_after)

    async def _pause(self, account: tuple[str, str], rest: timedelta, surface: Surface | None = None) -> None:
        await self._pacing.pause(account, rest, surface)
        await self._put_off(account, rest, surface)

    async def _put_off(
        self, account: tuple[str, str], rest: timedelta, surface: Surface | None = None
    ) -> None:
        """All that waits for the account, or there for a surface, at once.

        One by one, thousands would be looked at each time.
        """
        due_at = self._clock() + min(rest, outbox.LONGEST_REST)
        await self._store.run(outbox.rest, *account, due_at, surface)

    async def _again(self, parcel: Parcel, error: DeliveryError, retry_after: float | None) -> None:
        moment = next_attempt(parcel.attempts, retry_after, now=self._clock(), deadline=parcel.deadline)
        if moment is None:
            await self._lost(parcel, "failed", f"given up: {error}")
        else:
            moment = min(moment, self._clock() + outbox.LONGEST_REST)
            await self._store.run(outbox.later, parcel.outbound.id, parcel.lease, moment)

    async def _postpone(self, parcel: Parcel, wait: timedelta) -> None:
        now = self._clock()
        if now + wait > parcel.deadline:
            await self._lost(parcel, "failed", "the account could not send in time")
        else:
            due_at = now + min(wait, outbox.LONGEST_REST)
            await self._store.run(outbox.postpone, parcel.outbound.id, parcel.lease, due_at)

    async def _doubted(self, parcel: Parcel, channel: Channel, doubt: str) -> None:
        """Nobody knows whether it arrived: where the platform will tell, that is waited for."""
        if not channel.features.echoes:
            await self._lost(parcel, "unknown", doubt)
            return
        until = self._clock() + ECHO
        await self._store.run(
            outbox.await_echo, parcel.outbound.id, parcel.lease, until=until, doubt=doubt[:MAX_REASON]
        )

    async def _wait_for_echo(self, parcel: Parcel, left: timedelta) -> None:
        if left <= timedelta(0):
            await self._lost(parcel, "unknown", parcel.doubt)
        else:
            due_at = self._clock() + min(left, ECHO)
            await self._store.run(outbox.postpone, parcel.outbound.id, parcel.lease, due_at)

    async def _taken_elsewhere(self, parcel: Parcel, reason: str) -> None:
        now = self._clock()
        if await self._store.run(outcomes.taken_elsewhere, parcel, self._brand, reason=reason, now=now):
            HANDOVERS.labels(elsewhere.REASON).inc()
        self._bell.ring(QUEUE)

    async def _lost(self, parcel: Parcel, delivery: Lost, reason: str) -> None:
        channel = self._channels.get((parcel.conversation.channel, parcel.conversation.account))
        opened = await self._store.run(
            outcomes.lost,
            parcel,
            self._brand,
            delivery=delivery,
            reason=reason,
            now=self._clock(),
            private_link=channel.private_link if channel else None,
        )
        if opened:
            HANDOVERS.labels(f"delivery_{delivery}").inc()
        self._bell.ring(QUEUE)
