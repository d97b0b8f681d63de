"""The channel: one account on one forum."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.discourse.api import Api, Forbidden, Invalid, Json
from bot.channels.discourse.feed import ADMINISTRATOR, Feed
from bot.channels.discourse.guide import GUIDE
from bot.channels.discourse.options import USERNAME, read_options
from bot.channels.discourse.outgoing import NEW, post
from bot.channels.discourse.parse import Reader, read
from bot.channels.discourse.signature import HEADER, authenticate, signature
from bot.channels.discourse.wire import message_id
from bot.channels.guide import Guide
from bot.clock import Clock, now
from bot.errors import AccountStopped, DeliveryUnknown
from bot.messages import Address, Inbound, Outbound, Receipt

# For each step of a call: connect, and wait for the answer.
TIMEOUT_SECONDS = 10.0
POSTS = "/posts.json"
# Of a forum (max_post_length), less what a name before the text needs and what keeps others unnamed.
LONGEST_POST, ROOM = 32_000, 1_000


class Discourse(Channel):
    """One account on one forum.

    Secrets: `token` (an API key of this account's), and `webhook` (signs what the forum posts). Options:
    `base_url` (the forum), `username` (the account's name), `categories` (numbers of those in which all
    is for us), `colleagues` (who of the brand writes there too: names and groups), `search` (words by
    which posts about the brand are found).
    """

    name: ClassVar[str] = "discourse"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=LONGEST_POST - ROOM,
        buttons=False,
        typing=False,
        # It gives the same answer to the same post for two minutes (PostsController#create), and no longer.
        idempotent=False,
        # Of sixty calls a minute (max_admin_api_reqs_per_minute) ten look for private messages. Who is no
        # moderator may write every five seconds (rate_limit_create_post): 429 says so to the others.
        pace=Pace(per_second=0.5, per_chat_seconds=0.0, per_group_seconds=0.0),
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
        self._options = options = read_options(account, secrets)
        self._reader = Reader(self.name, account.id, options)
        self._api = Api(options.base_url, options.token, options.username, timeout=timeout)
        self._feed = Feed(self._api, options.username, options.search, clock=clock, rest=rest)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Check the forum's signature with the webhook's secret."""
        authenticate(self._options.webhook_secret, headers, raw_body)

    def sign(self, raw_body: bytes) -> dict[str, str]:
        """The signature, as the forum sends it."""
        return {HEADER: signature(self._options.webhook_secret, raw_body)}

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a request, or what was fetched."""
        return self._reader.events(read(raw_body))

    def poll(self) -> AsyncIterator[bytes]:
        """The account's private messages: webhooks bring everybody's, and do not tell whose they are."""
        return self._feed.private()

    def history(self, since: datetime) -> AsyncIterator[bytes]:
        """What was said since then."""
        return self._feed.history(since)

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Public posts since then about the brand; None where no words are configured."""
        return self._feed.found(since) if self._options.search else None

    def recipient(self, name: str) -> Address | None:
        """A new private message to somebody, named as @ann or ann."""
        person = name.removeprefix("@")
        if not USERNAME.fullmatch(person):
            return None
        chat = f"{NEW}{person}"
        return Address(channel=self.name, account=self.account, surface="private", chat=chat, person=person)

    async def check(self) -> str:
        """Ask who the account is, and whether it is told more than it should be: then nothing is fetched."""
        me = await self._api.me()
        if me.get("admin"):
            raise AccountStopped(f"Discourse: {ADMINISTRATOR}")
        name = me.get("username")
        if not isinstance(name, str) or name.lower() != self._options.username:
            raise AccountStopped(f"Discourse: the key is of {name!r}, not of {self._options.username!r}")
        return f"@{name} on {self._options.base_url}"

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once; a post that is too short, or like the one before, is sent without these checks.

        Neither is a fault of an answer: "Yes." is too short, and two people may ask the same. The key's
        owner may do without them (`skip_validations`); what the account must not do it still cannot.
        """
        fields = post(outbound)
        try:
            answer = await self._post(fields)
        except Invalid:
            answer = await self._post({**fields, "skip_validations": True})
        return _receipt(answer, outbound)

    async def close(self) -> None:
        """Release the connections."""
        await self._api.close()

    async def _post(self, fields: Json) -> Json:
        try:
            return await self._api.post(POSTS, fields)
        except Forbidden:
            await self._api.me()  # raises `AccountStopped` where it is the key that is refused
            raise


def _receipt(answer: Json, outbound: Outbound) -> Receipt:
    topic, number = answer.get("topic_id"), answer.get("post_number")
    if type(topic) is not int or type(number) is not int:
        # Among other things where moderators look at posts first ("action": "enqueued").
        raise DeliveryUnknown("Discourse: the answer names no post; it may wait for a moderator")
    return Receipt(
        message_id=message_id(topic, number), private_chat=str(topic) if outbound.in_private else ""
    )
