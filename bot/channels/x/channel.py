"""The channel: one account of X."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.guide import Guide
from bot.channels.reading import thing
from bot.channels.render import with_buttons_as_text
from bot.channels.x.api import Api
from bot.channels.x.bodies import Reader, Threads
from bot.channels.x.direct import reference
from bot.channels.x.fetching import Past
from bot.channels.x.guide import GUIDE
from bot.channels.x.identity import Identity, OAuth1, OAuth2
from bot.channels.x.measure import LONGEST_MESSAGE, LONGEST_POST, harmless, weight_as_sent
from bot.channels.x.options import Options, read_options
from bot.channels.x.posts import person_of
from bot.channels.x.reading import identifier
from bot.channels.x.signature import CLIENT_HEADER, CONSUMER_HEADER, authenticate, challenge, signature
from bot.channels.x.token_file import TokenFile
from bot.channels.x.webhooks import Webhooks
from bot.channels.x.wire import Wire
from bot.clock import Clock, now
from bot.errors import AccountStopped, DeliveryError, DeliveryRefused, DeliveryUnknown
from bot.messages import Inbound, Outbound, Receipt

log = logging.getLogger(__name__)

# For each step of a call: connect, and wait for the next bytes of the answer.
TIMEOUT_SECONDS = 10.0


class X(Channel):
    """One account of X: posts that mention it in public, direct messages in private.

    Secrets: `consumer_key`, `consumer_secret`, `token` and `token_secret` (OAuth 1.0a), or `client_id`,
    `client_secret` and `refresh_token` (OAuth 2.0); `bearer` of the app, for webhooks. Options:
    `user_id`, `username` (else X is asked), `tokens` (the file of OAuth 2.0), `search`, `base_url`.
    """

    name: ClassVar[str] = "x"
    family: ClassVar[str] = "x"
    handshake_type: ClassVar[str] = "application/json"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=LONGEST_POST,
        longest_private_text=LONGEST_MESSAGE,
        measure=weight_as_sent,
        buttons=False,
        typing=False,
        idempotent=False,
        # 100 posts and 15 messages in a quarter of an hour, in whatever rhythm: evenly spaced, every
        # second customer would wait for minutes. When they are used up, X tells until when.
        pace=Pace(per_second=2.0, per_chat_seconds=0.0, per_group_seconds=0.0),
        # What the account sends comes back as an event, known by its words.
        echoes=True,
    )

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        *,
        timeout: float = TIMEOUT_SECONDS,
        clock: Clock = now,
    ) -> None:
        super().__init__(account.id)
        self._options = options = read_options(account, secrets)
        self._username = options.username
        self._threads = Threads()
        self._reader = Reader(self.name, account.id, options.own, options.username, self._threads)
        self._wire = Wire(options.base_url, timeout)
        self._api = Api(self._wire, _identity(options, self._wire, clock), options.bearer, clock)
        self._past = Past(self._api, options.own, clock)
        self._webhooks = Webhooks(self._api, options.own, account.id)

    def __repr__(self) -> str:
        return f"X({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Check X's signatures with the secrets of the app."""
        authenticate(self._signing, headers, raw_body)

    def sign(self, raw_body: bytes) -> dict[str, str]:
        """The signatures, as X sends them."""
        return {name: signature(secret, raw_body) for name, secret in self._signing.items()}

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Prove that we have the app's secret."""
        return challenge(self._options.webhook_secret, query)

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a body of either interface, or one that was fetched."""
        return self._reader.events(raw_body)

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once: a message, or an answer below the post that it answers."""
        if outbound.in_private:
            raise DeliveryRefused("X: nobody may be written to who has not written a message first")
        words = with_buttons_as_text(outbound.text, outbound.buttons)
        if outbound.address.surface == "private":
            path = f"/2/dm_conversations/with/{quote(outbound.address.person, safe='')}/messages"
            answer = await self._api.send(path, {"text": words}, "private")
            return Receipt(message_id=_named(answer, "dm_event_id"))
        parent = outbound.reply_to or outbound.address.chat
        body = {"text": harmless(words), "reply": {"in_reply_to_tweet_id": parent}}
        post = _named(await self._api.send("/2/tweets", body, "public"), "id")
        self._threads.keep(post, outbound.address.chat)
        return Receipt(message_id=post)

    def private_link(self, token: str) -> str | None:
        """A link that opens a message to the account with a token in it."""
        return (
            f"https://x.com/messages/compose?recipient_id={self._options.own}&text={quote(reference(token))}"
        )

    async def history(self, since: datetime) -> AsyncIterator[bytes]:
        """Posts and messages since then; X sends its events of the last day again, too."""
        async for body in self._past.history(since, await self._webhook()):
            yield body

    def search(self, since: datetime) -> AsyncIterator[bytes] | None:
        """Posts that the option `search` finds and that do not name the account."""
        return self._search(since) if self._options.search else None

    async def register(self, url: str) -> str | None:
        """Have X send there what happens to the account; None without the app's own token."""
        return await self._webhooks.register(url) if self._api.has_bearer else None

    async def check(self) -> str:
        """Ask who the account is, and whether people are told that it is automated."""
        answer = await self._api.get("/2/users/me", {"user.fields": "affiliation,username"})
        me = person_of(thing(answer, "data"), "")
        if me.id != self._options.own:
            raise AccountStopped(f"the tokens are those of @{me.username} ({me.id}), and not of the user_id")
        self._username = me.username or self._username
        hint = "" if me.is_automated else " (its profile does not say that it is automated)"
        return f"@{me.username}{hint}"

    async def open(self) -> None:
        """Connect."""
        self._wire.open()

    async def close(self) -> None:
        """Release the connections."""
        await self._wire.close()

    @property
    def _signing(self) -> dict[str, str]:
        """By header, the secrets with which X signs."""
        names = {CLIENT_HEADER: "client_secret", CONSUMER_HEADER: "consumer_secret"}
        given = self._options.secrets
        return {header: given[name] for header, name in names.items() if name in given}

    async def _webhook(self) -> str:
        """Where events of the account go; empty where that is not known, and nothing is sent again."""
        if not self._api.has_bearer:
            return ""
        try:
            return await self._webhooks.find()
        except DeliveryError as error:
            log.warning("cannot look for the webhook: %s", error, extra={"account": self.account})
            return ""

    async def _search(self, since: datetime) -> AsyncIterator[bytes]:
        if not self._username:
            await self.check()
        async for body in self._past.search(self._options.search, self._username, since):
            yield body


def _identity(options: Options, wire: Wire, clock: Clock) -> Identity:
    if options.tokens is None:
        return OAuth1(options.secrets)
    file = TokenFile(options.tokens, options.secrets["refresh_token"])
    return OAuth2(options.secrets, file, wire, clock)


def _named(answer: Mapping[str, object], name: str) -> str:
    """The number of what was sent; without one it may have been sent all the same."""
    number = identifier(thing(answer, "data"), name)
    if not number:
        raise DeliveryUnknown("X: the answer names nothing that was sent")
    return number
