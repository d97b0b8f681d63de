"""A channel that keeps what it is given to send, and fails when told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
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
        # What is said in public, what of it is looked for (None for nothing), and since when it was.
        self.posts: list[Inbound] = []
        self.sought: str | None = None
        self.searches: list[datetime] = []
        self.cannot_search: list[Exception] = []

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

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Posts with the words that are looked for, the newest first and one in a body."""
        return None if self.sought is None else self._found(self.sought.casefold(), since)

    async def _found(self, sought: str, since: datetime) -> AsyncIterator[bytes]:
        self.searches.append(since)
        for post in reversed(self.posts):
            if self.cannot_search:
                raise self.cannot_search.pop(0)
            if sought in post.text.casefold() and post.sent_at and post.sent_at >= since:
                yield msgspec.json.encode([post])


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


def mention(text: str = "", *, number: int, at: datetime | None, person: str = "mia", **more: Any) -> Inbound:
    """A public post that speaks of the brand and does not address it."""
    fields = {
        "address": Address(
            channel="fake", account="main", surface="public", chat=f"thread-{number}", person=person
        ),
        "event_id": f"mention/post-{number}",
        "message_id": f"post-{number}",
        "sent_at": at,
        "kind": "mention",
        "text": text,
        "author": person.title(),
        "url": f"https://fake.example/posts/{number}",
    }
    return msgspec.convert({**fields, **more}, Inbound)
