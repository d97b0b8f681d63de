"""A channel that keeps what it is given to send, and fails when told to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from bot.channels.base import Channel, Features, Pace
from bot.errors import BadPayload, Forged
from bot.messages import Address, Attachment, Inbound, Outbound, Receipt, Surface

FAST = Pace(per_second=float("inf"), per_chat_seconds=0, per_group_seconds=0)


class FakeChannel(Channel):
    """Bodies are lists of events in our own form, signed with the word `genuine`."""

    name = "fake"
    family = "fakes"
    features = Features(longest_text=4096, buttons=True, typing=True, idempotent=False, pace=FAST)

    def __init__(self, account: str = "main") -> None:
        super().__init__(account)
        self.outbounds: list[Outbound] = []
        self.failures: list[Exception] = []
        self.typed: list[Address] = []
        # Our own code has a bug: what it raises while this is set.
        self.cannot_authenticate: Exception | None = None
        self.stumbles: Exception | None = None
        self.cannot_tell: Exception | None = None
        # In common requests of its family: whose they are.
        self.word = "genuine"
        # Where what is sent in private goes.
        self.private_chat = ""

    @property
    def texts(self) -> list[str]:
        """What was sent."""
        return [outbound.text for outbound in self.outbounds]

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """The signature is a word."""
        if self.cannot_authenticate:
            raise self.cannot_authenticate
        if headers.get("X-Signature") != self.word:
            raise Forged("the signature is wrong")

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Events come in our own form; those of other accounts are not ours."""
        if self.stumbles:
            raise self.stumbles
        try:
            events = msgspec.json.decode(raw_body, type=list[Inbound])
        except msgspec.MsgspecError as error:
            raise BadPayload(str(error)) from error
        return [event for event in events if event.address.account == self.account]

    async def send(self, outbound: Outbound) -> Receipt:
        """Keep it, or fail as ordered."""
        if self.failures:
            raise self.failures.pop(0)
        self.outbounds.append(outbound)
        chat = self.private_chat if outbound.in_private else ""
        return Receipt(message_id=f"out-{outbound.id}", private_chat=chat)

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """The same word opens."""
        return "welcome" if query.get("word") == self.word else None

    async def show_typing(self, address: Address) -> None:
        """Keep it."""
        self.typed.append(address)

    def received(self, event: Inbound) -> None:
        """Nobody needs to be told."""
        if self.cannot_tell:
            raise self.cannot_tell

    def private_link(self, token: str) -> str | None:
        """A link of nowhere."""
        return f"https://fake.example/start/{token}"


def event(
    text: str = "",
    *,
    number: int,
    at: datetime | None,
    surface: Surface = "private",
    person: str = "ann",
    account: str = "main",
    attachments: tuple[str, ...] = (),
    message_id: str | None = None,
    **more: Any,
) -> Inbound:
    """An event of a customer, in short."""
    fields = {
        "address": Address(
            channel="fake",
            account=account,
            surface=surface,
            chat=person if surface == "private" else "square",
            person=person,
        ),
        "event_id": f"event-{number}",
        "message_id": f"message-{number}" if message_id is None else message_id,
        "sent_at": at,
        "text": text,
        "author": person.title(),
        "attachments": tuple(Attachment(kind=name) for name in attachments),
    }
    return msgspec.convert({**fields, **more}, Inbound)
