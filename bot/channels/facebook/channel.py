"""The channel: one Page of Facebook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from bot.brand import Account
from bot.channels.base import Features, Pace
from bot.channels.facebook.feed import FeedReader
from bot.channels.facebook.guide import GUIDE
from bot.channels.facebook.history import feed
from bot.channels.facebook.options import read_options
from bot.channels.guide import Guide
from bot.channels.http import repeatable
from bot.channels.meta.graph import TIMEOUT_SECONDS
from bot.channels.meta.messenger import PRIVATE_REPLY, WINDOWS, MessengerChannel, in_path
from bot.channels.meta.options import graph_of, read_keys
from bot.channels.meta.private import PrivateReader
from bot.channels.reading import Json, text
from bot.messages import Inbound, Outbound

# What the Page's events are asked for by.
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_handovers",
    "message_deliveries",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "standby",
    "feed",
)


class Facebook(MessengerChannel):
    """One Page: Messenger in private, comments and visitors' posts in public.

    Secrets: `token` (of the Page), `app_secret`, `verify`. Options: `page_id`, `app_id`,
    `username` (for m.me links), `human_agent`, `inbox_app_id`, `subscribe` (`yes`: the Page's
    events are asked for at every start), `base_url`, `version`.
    """

    name: ClassVar[str] = "facebook"
    guide: ClassVar[Guide] = GUIDE
    kind: ClassVar[str] = "page"
    platform: ClassVar[str] = "messenger"
    features: ClassVar[Features] = Features(
        longest_text=2000,
        buttons=True,
        typing=True,
        idempotent=False,
        # 300 texts a second are allowed for a Page. Under one post people see every answer: a Page
        # that writes many at once looks like a machine gone wrong, to them and to Facebook.
        pace=Pace(per_second=100.0, per_chat_seconds=0.2, per_group_seconds=1.0),
        windows=WINDOWS,
        private_reply=PRIVATE_REPLY,
        echoes=True,
    )

    def __init__(
        self, account: Account, secrets: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._options = options = read_options(account)
        keys = read_keys(account, secrets)
        graph = graph_of(account, keys, timeout=timeout)
        super().__init__(
            account.id,
            keys,
            graph,
            own=options.page,
            node=options.page,
            human_agent=options.human_agent,
        )
        self._private = PrivateReader(
            self.name, account.id, options.page, app=options.app, inboxes=options.inboxes
        )
        self._feed = FeedReader(self.name, account.id, options.page)

    def _events(self, entry: Json) -> list[Inbound]:
        return [*self._private.events(entry), *self._feed.events(entry)]

    async def open(self) -> None:
        """Connect; ask for the Page's events where that is wanted, else raise a `DeliveryError`.

        Facebook stops sending them after an hour of failures.
        """
        await super().open()
        if self._options.subscribe:
            await self._subscribe()

    async def _subscribe(self) -> None:
        with repeatable():
            fields = {"subscribed_fields": ",".join(FIELDS)}
            await self._graph.post(f"{self._options.page}/subscribed_apps", fields)

    async def register(self, url: str) -> str | None:
        """Have the app's events posted to `url` where its number is known, and ask for the Page's."""
        told = await self._have_posted(self._options.app, self.kind, FIELDS, url)
        await self._subscribe()
        return told

    async def check(self) -> str:
        """Ask for the Page's name."""
        answer = await self._graph.ask(self._options.page, fields="name")
        return text(answer, "name") or self._options.page

    def private_link(self, token: str) -> str | None:
        """A link by which a person opens Messenger with a token."""
        return f"https://m.me/{self._options.link}?ref={token}"

    def _said_in_public(self, since: datetime) -> AsyncIterator[bytes]:
        return feed(self._graph, self._options.page, since)

    def _public(self, outbound: Outbound) -> tuple[str, dict[str, Any]]:
        """Below the comment that is answered, else in its thread, else below the post."""
        address = outbound.address
        target = outbound.reply_to or address.thread or address.chat
        return f"{in_path(target)}/comments", {}
