"""The channel: one account of Bluesky."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.bluesky import bodies
from bot.channels.bluesky.api import Api
from bot.channels.bluesky.feed import Feed, new_notifications
from bot.channels.bluesky.guide import GUIDE
from bot.channels.bluesky.keys import key_at, rkey
from bot.channels.bluesky.line import NoChat, Refusal
from bot.channels.bluesky.measure import MOST_GRAPHEMES, MOST_GRAPHEMES_IN_PRIVATE, weight
from bot.channels.bluesky.memory import Memory
from bot.channels.bluesky.messages import Messages
from bot.channels.bluesky.network import Network
from bot.channels.bluesky.options import DID, HANDLE, read_options
from bot.channels.bluesky.parse import Reader, read
from bot.channels.bluesky.talks import Talks
from bot.channels.bluesky.threads import Threads, record
from bot.channels.guide import Guide
from bot.channels.render import with_buttons_as_text
from bot.clock import Clock, now
from bot.errors import DeliveryRefused, Forged, Unreachable
from bot.messages import Address, Inbound, Outbound, Receipt

# For each step of a call: connect, and wait for the answer.
TIMEOUT_SECONDS = 10.0


class Bluesky(Channel):
    """One account of Bluesky, on whatever server of the AT Protocol.

    Secret: `password` (an app password). Options: `handle`, `did` (by which the brand's other
    accounts know this one), `base_url` (its server), `chat_proxy` (the service that has the direct
    messages), `search` (the words to search for).
    """

    name: ClassVar[str] = "bluesky"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=MOST_GRAPHEMES,
        longest_private_text=MOST_GRAPHEMES_IN_PRIVATE,
        measure=weight,
        buttons=False,
        typing=False,
        # Posts by the key of their record; of direct messages those before are looked at.
        idempotent=True,
        # 1,666 posts an hour are allowed, in whatever rhythm; when they are used up, the server
        # tells until when.
        pace=Pace(per_second=2.0, per_chat_seconds=0.0, per_group_seconds=0.0),
        # There is no limit; who wrote a year ago does not expect it any more.
        private_reply=timedelta(days=365),
        joins_in=True,
    )

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        *,
        timeout: float = TIMEOUT_SECONDS,
        clock: Clock = now,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(account.id)
        options = read_options(account, secrets)
        self._words = options.search
        self._clock = clock
        self._reader = Reader(self.name, account.id)
        self._api = Api(options, timeout=timeout, clock=clock)
        self._network = Network(self._api)
        self._talks = Talks(self._api)
        memory = Memory()
        self._threads = Threads(self._network, memory)
        self._messages = Messages(self._talks, memory, clock)
        self._feed = Feed(
            self._api,
            self._network,
            self._messages,
            memory,
            account=account.id,
            clock=clock,
            rest=rest,
        )

    def __repr__(self) -> str:
        return f"Bluesky({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Refuse everything: Bluesky posts nothing to us."""
        raise Forged("Bluesky has no webhook: what happens is fetched")

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a body of `poll`, `history` or `search`."""
        return self._reader.events(read(raw_body))

    def poll(self) -> AsyncIterator[bytes] | None:
        """What happens to the account, as the feed puts it together."""
        return self._feed.bodies()

    def history(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Notifications and direct messages since then, asked for once more."""
        return self._history(since)

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Posts since then with the words of the option `search`."""
        return self._search(since) if self._words else None

    def recipient(self, name: str) -> Address | None:
        """Direct messages with who has this handle or DID."""
        person = name.strip().removeprefix("@")
        if not (HANDLE.fullmatch(person) or DID.fullmatch(person)):
            return None
        return Address(channel=self.name, account=self.account, surface="private", chat=person, person=person)

    async def check(self) -> str:
        """Ask who the account is, whether people are told that it is a bot, and for its messages."""
        me = await self._api.me()
        hints = []
        if await self._network.is_marked_as_bot(me.did) is False:
            hints.append("its profile does not say that it is automated")
        if not await self._talks.is_open():
            hints.append("no direct messages: the app password does not allow them, or the server has none")
        return f"@{me.handle}" + (f" ({'; '.join(hints)})" if hints else "")

    async def close(self) -> None:
        """Release the connections."""
        await self._api.close()

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once; what was sent before, by whatever process, is not sent again."""
        if outbound.in_private or outbound.address.surface == "private":
            return await self._send_direct(outbound)
        below = await self._threads.below(outbound)
        me = await self._api.me()
        uri = await self._network.publish(me.did, rkey(outbound), record(outbound, below, self._clock()))
        return Receipt(message_id=uri)

    async def _send_direct(self, outbound: Outbound) -> Receipt:
        person = await self._did(outbound.address.person)
        me = await self._api.me()
        text = with_buttons_as_text(outbound.text, outbound.buttons)
        after = "" if outbound.in_private else outbound.reply_to
        sent = await self._talks.send(person, text, number=outbound.id, after=after, me=me.did)
        return Receipt(message_id=sent, private_chat=person if outbound.in_private else "")

    async def _did(self, person: str) -> str:
        if DID.fullmatch(person):
            return person
        if not HANDLE.fullmatch(person):
            raise DeliveryRefused("the address is none of Bluesky")
        try:
            return await self._network.did_of(person)
        except Refusal as error:
            raise Unreachable(str(error)) from None

    async def _history(self, since: datetime) -> AsyncIterator[bytes]:
        me = await self._api.me()
        own = await self._network.colleagues(me.did, key_at(since))
        for notification in await new_notifications(self._network, since):
            yield bodies.notified(notification, own, me)
        try:
            async for body in self._messages.since(me, since):
                yield body
        except (NoChat, Refusal):
            return  # public only

    async def _search(self, since: datetime) -> AsyncIterator[bytes]:
        me = await self._api.me()
        async for posts in self._network.search(self._words, since):
            yield bodies.found(posts, me)
