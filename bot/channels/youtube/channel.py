"""The channel: one channel of YouTube, as far as comments go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.guide import Guide
from bot.channels.youtube.api import Api
from bot.channels.youtube.comments import Comments
from bot.channels.youtube.feed import Feed
from bot.channels.youtube.guide import GUIDE
from bot.channels.youtube.memory import Memory
from bot.channels.youtube.oauth import Tokens
from bot.channels.youtube.options import TOKEN, read_options
from bot.channels.youtube.outgoing import words
from bot.channels.youtube.parse import Reader, read
from bot.channels.youtube.quota import Quota, UsedUp
from bot.clock import Clock, now
from bot.errors import DeliveryRefused, Forged
from bot.messages import Inbound, Outbound, Receipt

# For each step of a call: connect, and wait for the answer.
TIMEOUT_SECONDS = 15.0
# What YouTube takes, less what the customer's name before the text needs.
LONGEST_COMMENT, ROOM_FOR_NAME = 10_000, 120


class YouTube(Channel):
    """One channel of YouTube.

    Secrets: `client_secret`, `refresh_token`. Options: `channel_id`, `client_id`, `private_url`
    (where customers write what must not be public), `daily_quota`, `base_url`, `token_url`.
    """

    name: ClassVar[str] = "youtube"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=LONGEST_COMMENT - ROOM_FOR_NAME,
        buttons=False,
        typing=False,
        idempotent=False,
        # Nothing is published but the daily quota; who writes in bursts is taken for a spammer.
        pace=Pace(per_second=0.5, per_chat_seconds=0.0, per_group_seconds=2.0),
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
        tokens = Tokens(
            options.token_url,
            client_id=options.client_id,
            client_secret=options.client_secret,
            refresh_token=options.refresh_token,
            clock=clock,
        )
        self._channel_id = options.channel_id
        self._private_url = options.private_url
        self._reader = Reader(self.name, account.id, options.channel_id)
        self._quota = Quota(options.daily_quota, clock)
        self._memory = Memory()
        self._api = Api(options.base_url, tokens, self._quota, timeout=timeout)
        self._comments = Comments(self._api, self._quota, options.channel_id)
        self._feed = Feed(
            self._comments,
            self._memory,
            self._quota,
            account=account.id,
            channel_id=options.channel_id,
            clock=clock,
            rest=rest,
        )

    def __repr__(self) -> str:
        return f"YouTube({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Refuse everything: YouTube posts nothing to us."""
        raise Forged("YouTube has no webhook: comments are fetched")

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a body of `poll` or `history`."""
        return self._reader.events(read(raw_body))

    def poll(self) -> AsyncIterator[bytes] | None:
        """Threads in which something happened."""
        return self._feed.bodies()

    def history(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Threads with comments since then, but for the last minutes."""
        return self._feed.history(since)

    def private_link(self, token: str) -> str | None:
        """Where the customer can write to us, as on YouTube nobody can in private."""
        return self._private_url.replace(TOKEN, token)

    async def check(self) -> str:
        """Ask whose token it is; a quota that is used up is no reason to doubt it."""
        try:
            me = await self._comments.me()
        except UsedUp:
            return f"{self._channel_id} (the units of today are used up)"
        return f"{me.handle} ({me.title})" if me.handle else me.title

    async def close(self) -> None:
        """Release the connections."""
        await self._api.close()

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once to write below the comment at the top of the thread."""
        address = outbound.address
        if outbound.in_private or address.surface == "private" or not address.thread:
            raise DeliveryRefused("YouTube has comments and no private messages")
        self._quota.mind_answers()
        said = words(outbound, await self._name(outbound))
        return Receipt(message_id=await self._comments.answer(address.thread, said))

    async def _name(self, outbound: Outbound) -> str:
        """Who is to be called by name: whoever did not begin the thread, for he would not be told of it."""
        answered = outbound.reply_to
        if answered in ("", outbound.address.thread):
            return ""
        return self._memory.name(answered) or await self._comments.author(answered)
