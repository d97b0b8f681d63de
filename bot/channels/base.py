"""The contract that every channel fulfils, for one account of one platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Struct

from bot.errors import Forged
from bot.messages import Address, Inbound, Outbound, Receipt, Surface


class Pace(Struct, frozen=True, kw_only=True):
    """How fast a platform lets an account send: messages per second, and per chat."""

    per_second: float
    per_chat_seconds: float
    per_group_seconds: float


class Windows(Struct, frozen=True, kw_only=True):
    """How long after the customer's last message a private answer is allowed.

    `anybody` is for every answer, `human` for those that a human wrote and that are sent as
    `late`; None where there is no longer time for humans. After that, `templates` says whether
    the platform takes texts that it has approved.
    """

    anybody: timedelta
    human: timedelta | None = None
    templates: bool = False


class Features(Struct, frozen=True, kw_only=True):
    """Facts of a platform that decide how a reply is shaped and sent.

    `longest_text` is in characters, or in what `measure` counts; in private `longest_private_text` is
    in its place, where there is one. `idempotent` says that sending the same `Outbound.id` twice yields
    one message, so that an unknown outcome may be tried again. `windows` is None where an answer is
    always allowed. `private_reply` is how long after a public message its author may be written to in
    private (`Outbound.in_private`), once; None where that is not possible. `echoes` says that the
    platform tells of every text that was sent, with its `correlation`: an unknown outcome becomes known
    by waiting. `joins_in` says that the platform lets an account answer who spoke of it without
    addressing it.
    """

    longest_text: int
    buttons: bool
    typing: bool
    idempotent: bool
    pace: Pace
    longest_private_text: int | None = None
    measure: Callable[[str], int] = len
    windows: Windows | None = None
    private_reply: timedelta | None = None
    echoes: bool = False
    joins_in: bool = False

    def longest(self, surface: Surface) -> int:
        """The longest text on a surface."""
        return (surface == "private" and self.longest_private_text) or self.longest_text


class Channel(ABC):
    """One account of one platform.

    A channel translates and nothing else: it never sees the store, the assistant or another
    channel; it never retries and never waits for a better moment.
    """

    name: ClassVar[str]
    features: ClassVar[Features]
    # Channels with the same one, if any, get their events in common requests: each takes its own.
    family: ClassVar[str] = ""
    # As what `handshake` is answered.
    handshake_type: ClassVar[str] = "text/plain"

    def __init__(self, account: str) -> None:
        self.account = account

    @abstractmethod
    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Check the platform's signature in constant time; raise `Forged` where it fails."""

    @abstractmethod
    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a request into this account's events; unknown kinds give an empty list.

        Raises `BadPayload` for a body that is not what the platform documents.
        """

    @abstractmethod
    async def send(self, outbound: Outbound) -> Receipt:
        """Try once to send; raise a `DeliveryError` where no receipt came."""

    def sign(self, raw_body: bytes) -> dict[str, str]:
        """Headers with which the platform would send this body, to replay stored payloads."""
        raise Forged(f"{self.name} has no webhook to sign for")

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Answer a platform's GET verification, or None where it has none or it fails."""
        return None

    async def show_typing(self, address: Address) -> None:
        """Show the customer that an answer is being written; failures are not errors."""

    def received(self, event: Inbound) -> None:
        """Learn that an event is stored: some platforms want to be told of that.

        Returns at once; failures are not errors.
        """

    def private_link(self, token: str) -> str | None:
        """A link by which a customer goes from public to private, or None."""
        return None

    def poll(self) -> AsyncIterator[bytes] | None:
        """Bodies fetched from the platform, for machines without a public address.

        Each body is acknowledged to the platform when the next one is asked for, so that what
        was not stored is fetched again. None where the account gets webhooks.
        """
        return None

    def history(self, since: datetime) -> AsyncIterator[bytes] | None:
        """What customers wrote to this account since then, asked of the platform once more.

        In bodies that `parse` reads, whose events bear the ids under which they come otherwise: so
        only those that were missed are new. None where the platform has nothing to ask.
        """
        return None

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Public posts since then that speak of the brand and do not address this account.

        In bodies that `parse` reads as events of the kind `mention`. None where the platform has no
        search, or the account is not told to (the option `search`, in the platform's own syntax).
        """
        return None

    async def register(self, url: str) -> str | None:
        """Let the platform send events to `url`, and say what it will send; raise a `DeliveryError`.

        None where it must be told by hand, or sends nothing.
        """
        return None

    def recipient(self, name: str) -> Address | None:
        """Where the test message to somebody goes, named as the guide says; None if there is no way."""
        return None

    async def check(self) -> str:
        """Ask the platform who this account is, and say so; raise a `DeliveryError`.

        It needs no `open`, which may tell the platform where to send events.
        """
        return self.account

    async def open(self) -> None:
        """Acquire connections."""

    async def close(self) -> None:
        """Release connections."""
