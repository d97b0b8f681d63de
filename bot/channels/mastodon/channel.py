"""The channel: one account of Mastodon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.guide import Guide
from bot.channels.mastodon.api import Api, Missing
from bot.channels.mastodon.feed import IDLE, Feed
from bot.channels.mastodon.guide import GUIDE
from bot.channels.mastodon.instance import Instance
from bot.channels.mastodon.looking import Looking
from bot.channels.mastodon.measure import weight_as_sent
from bot.channels.mastodon.memory import Memory
from bot.channels.mastodon.options import read_options
from bot.channels.mastodon.outgoing import ACCT, is_private, key, status
from bot.channels.mastodon.parse import Reader, read
from bot.clock import Clock, now
from bot.errors import DeliveryLater, DeliveryRefused, Forged
from bot.messages import Address, Inbound, Outbound, Receipt

# For each step of a call: connect, and wait for the answer.
TIMEOUT_SECONDS = 10.0
STATUSES = "/api/v1/statuses"
# What every instance takes, less what the customer's name before the text needs. A name counts
# without its instance; those of Mastodon itself have 30 characters at most.
LONGEST_STATUS, ROOM_FOR_NAME = 500, 60


class Mastodon(Channel):
    """One account of Mastodon.

    Secret: `token` (of an application with the scopes `read:notifications`, `read:statuses`,
    `read:accounts` and `write:statuses`). Options: `base_url` (the instance), `streaming_url`
    (where its stream is, else the instance is asked), `search` (words, or a hashtag, by which posts
    about the brand are found; the token then needs the scope `read:search`).
    """

    name: ClassVar[str] = "mastodon"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=LONGEST_STATUS - ROOM_FOR_NAME,
        measure=weight_as_sent,
        buttons=False,
        typing=False,
        idempotent=True,
        # 300 in three hours are allowed, in whatever rhythm: evenly spaced, every second customer
        # would wait for half a minute. When they are used up, the instance tells until when.
        pace=Pace(per_second=2.0, per_chat_seconds=0.0, per_group_seconds=0.0),
        # There is no limit; who wrote a year ago does not expect it any more.
        private_reply=timedelta(days=365),
        # Strangers talk to each other here: guidelines of instances forbid bots to join in unasked, and
        # no human who says who he is.
        joins_in=True,
    )

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        *,
        timeout: float = TIMEOUT_SECONDS,
        idle: float = IDLE,
        clock: Clock = now,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(account.id)
        options = read_options(account, secrets)
        self._reader = Reader(self.name, account.id)
        self._memory = Memory()
        self._clock = clock
        self._api = Api(options.base_url, options.token, timeout=timeout, clock=clock)
        self._host = options.host
        self._instance = Instance(self._api, options.host)
        self._feed = Feed(
            self._api,
            self._instance,
            self._memory,
            account=account.id,
            streaming_url=options.streaming_url,
            clock=clock,
            rest=rest,
            idle=idle,
        )
        self._search = options.search
        self._looking = Looking(self._api, self._instance, self._memory, options.search)
        # Until when the instance wants no more statuses.
        self._spent_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Mastodon({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Refuse everything: an instance posts nothing to us."""
        raise Forged("Mastodon has no webhook: what happens is fetched")

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a body of `poll`, `history` or `search`."""
        return self._reader.events(read(raw_body))

    def poll(self) -> AsyncIterator[bytes] | None:
        """What happens to the account, as the feed puts it together."""
        return self._feed.bodies()

    def recipient(self, name: str) -> Address | None:
        """A direct conversation with an account, named as @ann or @ann@mastodon.example."""
        person = name.removeprefix("@").lower().removesuffix(f"@{self._host}")
        if not ACCT.fullmatch(person):
            return None
        return Address(channel=self.name, account=self.account, surface="private", chat=person, person=person)

    def history(self, since: datetime) -> AsyncIterator[bytes]:
        """Who mentioned the account since then."""
        return self._looking.history(since)

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Public posts since then about the brand; None where no words are configured."""
        return self._looking.found(since) if self._search else None

    async def check(self) -> str:
        """Ask who the account is, and whether people are told that it is automated."""
        me, is_marked = await self._instance.me()
        hint = "" if is_marked else " (its profile does not say that it is automated)"
        return f"@{me.username}@{me.host}{hint}"

    async def close(self) -> None:
        """Release the connections."""
        await self._api.close()

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once; a private text whose occasion was deleted is sent without it."""
        self._mind_limit()
        parent = outbound.reply_to or await self._thread(outbound.address)
        try:
            return await self._send(outbound, parent)
        except Missing:
            if not (parent and is_private(outbound)):
                raise
        return await self._send(outbound, "")

    async def _send(self, outbound: Outbound, parent: str) -> Receipt:
        values = status(outbound, await self._visibility(outbound, parent), parent)
        answer, self._spent_until = await self._api.post(STATUSES, values, {"Idempotency-Key": key(outbound)})
        number = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(number, str) or not number:
            raise DeliveryLater("Mastodon: the answer names no status")
        return Receipt(message_id=number, private_chat=outbound.address.person if outbound.in_private else "")

    async def _thread(self, address: Address) -> str:
        """What a text is hung below that answers nothing in particular, lest the talk falls apart."""
        if address.surface == "public":
            return address.chat
        known = self._memory.latest_direct(address.person)
        if known:
            return known
        try:  # where another process follows what happens
            return await self._instance.latest_direct(address.person)
        except (DeliveryLater, DeliveryRefused):
            return ""

    def _mind_limit(self) -> None:
        """Ask for nothing while the instance has said that there is nothing left."""
        wait = (self._spent_until - self._clock()).total_seconds() if self._spent_until else 0.0
        if wait > 0:
            raise DeliveryLater("Mastodon: the statuses of these hours are used up", retry_after=wait)

    async def _visibility(self, outbound: Outbound, parent: str) -> str:
        """Never more open than what is answered; in public, without filling others' timelines."""
        if is_private(outbound):
            return "direct"
        known = self._memory.known(parent)
        asked = known.visibility if known else await self._ask_visibility(parent)
        return "unlisted" if asked in ("public", "unlisted") else "private"

    async def _ask_visibility(self, status_id: str) -> str:
        told = await self._api.get(f"{STATUSES}/{status_id}")
        found = told.get("visibility") if isinstance(told, dict) else None
        return found if isinstance(found, str) else ""
