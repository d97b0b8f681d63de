"""The channel: one professional account of Instagram."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from bot.brand import Account
from bot.channels.base import Features, Pace
from bot.channels.guide import Guide
from bot.channels.http import repeatable
from bot.channels.instagram.comments import MENTION, CommentReader
from bot.channels.instagram.guide import GUIDE
from bot.channels.instagram.history import comments
from bot.channels.instagram.options import read_options
from bot.channels.meta.graph import TIMEOUT_SECONDS
from bot.channels.meta.messenger import PRIVATE_REPLY, WINDOWS, MessengerChannel, in_path
from bot.channels.meta.options import graph_of, read_keys
from bot.channels.meta.private import PrivateReader
from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, things
from bot.messages import Inbound, Outbound

# What the account's events are asked for by. A Page needs any field for its Instagram account to be
# heard; this one costs nothing, as the app need not listen to Pages.
FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_handover",
    "messaging_seen",
    "message_reactions",
    "message_edit",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
ANY_FIELD = "feed"


def in_bytes(words: str) -> int:
    """The length that Instagram counts."""
    return len(words.encode(errors="replace"))


class Instagram(MessengerChannel):
    """One professional account: direct messages in private, comments and mentions in public.

    Secrets: `token`, `app_secret`, `verify`. Options: `instagram_id`, `page_id` (of the Page that
    the account belongs to; without one the token is Instagram's own), `app_id`, `username` (else
    Instagram is asked), `human_agent`, `inbox_app_id`, `base_url`, `version`.
    """

    name: ClassVar[str] = "instagram"
    guide: ClassVar[Guide] = GUIDE
    kind: ClassVar[str] = "instagram"
    platform: ClassVar[str] = "instagram"
    features: ClassVar[Features] = Features(
        longest_text=1000,
        measure=in_bytes,
        buttons=True,
        typing=True,
        idempotent=False,
        # 100 texts a second are allowed for an account.
        pace=Pace(per_second=50.0, per_chat_seconds=0.2, per_group_seconds=1.0),
        windows=WINDOWS,
        private_reply=PRIVATE_REPLY,
        echoes=True,
    )

    def __init__(
        self, account: Account, secrets: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._options = options = read_options(account)
        keys = read_keys(account, secrets)
        graph = graph_of(account, keys, base_url=options.host, timeout=timeout)
        super().__init__(
            account.id,
            keys,
            graph,
            own=options.instagram,
            node=options.node,
            human_agent=options.human_agent,
        )
        self._username = options.username
        self._private = PrivateReader(
            self.name, account.id, options.instagram, app=options.app, inboxes=options.inboxes
        )
        self._comments = CommentReader(self.name, account.id, options.instagram)

    def _events(self, entry: Json) -> list[Inbound]:
        return [*self._private.events(entry), *self._comments.events(entry, self._username)]

    async def open(self) -> None:
        """Connect; learn the username where it is not configured, else raise a `DeliveryError`."""
        await super().open()
        if not self._username:
            await self.check()

    async def register(self, url: str) -> str | None:
        """Have the app's events posted to `url` where its number is known, and ask for the account's.

        An account that logs in with Instagram itself has another app than the number tells.
        """
        node, app = self._options.node, self._options.app
        told = None if node == "me" else await self._have_posted(app, self.kind, FIELDS, url)
        if not await self._is_subscribed():
            wish = {"subscribed_fields": ",".join(FIELDS) if node == "me" else ANY_FIELD}
            with repeatable():
                await self._graph.post(f"{node}/subscribed_apps", wish)
        return told

    async def _is_subscribed(self) -> bool:
        """Whether the Page is asked for events already: who asks again takes back what was asked before."""
        if self._options.node == "me":
            return False
        answer = await self._graph.ask(f"{self._options.node}/subscribed_apps")
        return any(identifier(each, "id") == self._options.app for each in things(answer, "data"))

    async def check(self) -> str:
        """Ask for the username; what Instagram says wins over the configured one."""
        whom = "me" if self._options.node == "me" else self._options.instagram
        self._username = text(await self._graph.ask(whom, fields="username"), "username") or self._username
        return f"@{self._username}"

    def private_link(self, token: str) -> str | None:
        """A link by which a person opens direct messages with a token."""
        return f"https://ig.me/m/{self._username}?ref={token}" if self._username else None

    async def _said_in_public(self, since: datetime) -> AsyncIterator[bytes]:
        if not self._username:  # by which our own comments are known
            await self.check()
        async for body in comments(self._graph, self._options.instagram, since):
            yield body

    def _public(self, outbound: Outbound) -> tuple[str, dict[str, Any]]:
        """Below the comment at the top of the thread: others take no reply. A mention has its own way."""
        address = outbound.address
        if not address.thread.startswith(MENTION):
            return f"{in_path(address.thread or outbound.reply_to)}/replies", {}
        comment = address.thread.removeprefix(MENTION)
        more = {"comment_id": comment} if comment != address.chat else {}
        return f"{self._options.instagram}/mentions", {"media_id": address.chat, **more}
