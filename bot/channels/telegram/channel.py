"""The channel: one bot of Telegram."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import ClassVar
from urllib.parse import urlencode

from telegram import Bot, LinkPreviewOptions
from telegram.constants import ChatAction, MessageLimit
from telegram.error import ChatMigrated

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.guide import Guide
from bot.channels.telegram.content import Me
from bot.channels.telegram.guide import GUIDE
from bot.channels.telegram.options import read_options
from bot.channels.telegram.outgoing import destination, keyboard, message_number, reply
from bot.channels.telegram.parse import PRESS, WANTED, Reader, read
from bot.channels.telegram.wire import Wire, in_our_words, keep_quiet, repeatable
from bot.errors import DeliveryError, DeliveryLater, DeliveryRefused, Forged
from bot.messages import Address, Inbound, Outbound, Receipt

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
# For each step of a call: connect, send, wait for the answer.
TIMEOUT_SECONDS = 10.0
# How long Telegram holds an empty getUpdates, and how much longer we wait for it.
POLL_SECONDS = 30
POLL_GRACE = 10


class Telegram(Channel):
    """One bot of Telegram.

    Secrets: `token`, and `webhook` (the secret token of the webhook). Options: `mode`
    (`webhook` or `polling`), `username` (else Telegram is asked), `base_url` (of another Bot API
    server, up to and with `/bot`), `public_url` (the gateway as Telegram reaches it: given,
    the webhook is set at every start).
    """

    name: ClassVar[str] = "telegram"
    guide: ClassVar[Guide] = GUIDE
    # Guidance of Telegram's FAQ, not a promise: a 429 says what holds at the moment.
    features: ClassVar[Features] = Features(
        longest_text=MessageLimit.MAX_TEXT_LENGTH,
        buttons=True,
        typing=True,
        idempotent=False,
        # 30 a second, 1 a second in a chat and 20 a minute in a group are allowed: some room is left
        # for what the network bunches together.
        pace=Pace(per_second=25.0, per_chat_seconds=1.0, per_group_seconds=3.0),
    )

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        *,
        timeout: float = TIMEOUT_SECONDS,
        poll_seconds: int = POLL_SECONDS,
    ) -> None:
        super().__init__(account.id)
        self._options = options = read_options(account, secrets)
        self._me = Me(id=options.bot_id, username=options.username)
        self._reader = Reader(self.name, account.id)
        self._poll_seconds = poll_seconds
        self._offset: int | None = None
        self._answering: set[asyncio.Task[None]] = set()
        keep_quiet()
        self._sending, self._polling = Wire(timeout), Wire(timeout)
        self._bot = Bot(
            options.token,
            base_url=options.base_url,
            request=self._sending,
            get_updates_request=self._polling,
        )

    def __repr__(self) -> str:
        return f"Telegram({self.account})"

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Compare the secret token that Telegram repeats with every webhook; it signs no body."""
        given = [value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()]
        expected = self._options.secret.encode()
        if len(given) != 1 or not expected:
            raise Forged("the secret token is missing")
        if not hmac.compare_digest(given[0].encode(errors="replace"), expected):
            raise Forged("the secret token is wrong")

    def sign(self, raw_body: bytes) -> dict[str, str]:
        """The secret token, as Telegram sends it."""
        if not self._options.secret:
            return super().sign(raw_body)
        return {SECRET_HEADER: self._options.secret}

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate one update."""
        return self._reader.events(read(raw_body), self._me)

    async def open(self) -> None:
        """Connect; learn the username where it is not configured; set the webhook where asked to.

        Raises a `DeliveryError` where that fails: without its name a bot is deaf in groups.
        """
        await self._sending.initialize()
        await self._polling.initialize()
        if not self._me.username:
            await self.check()
        if self._options.webhook_url:
            await self.register(self._options.webhook_url)

    async def close(self) -> None:
        """Release the connections, once pressed buttons have been answered."""
        await asyncio.gather(*self._answering)
        await self._sending.shutdown()
        await self._polling.shutdown()

    async def register(self, url: str) -> str | None:
        """Set the webhook; `public_url` in the options must not say otherwise, as each start sets that."""
        if self._options.polls:
            return None
        if self._options.webhook_url not in (None, url):
            raise DeliveryRefused(f"each start sets the webhook to {self._options.webhook_url} (public_url)")
        await self._sending.initialize()
        with repeatable():
            await self._bot.set_webhook(url, secret_token=self._options.secret, allowed_updates=WANTED)
        return ", ".join(WANTED)

    def recipient(self, name: str) -> Address | None:
        """The private chat of a person, which has the person's number."""
        if not (name.isascii() and name.isdecimal()):
            return None
        return Address(channel=self.name, account=self.account, surface="private", chat=name, person=name)

    async def check(self) -> str:
        """Ask who the bot is; what Telegram says wins over the configured username."""
        await self._sending.initialize()
        with repeatable():
            user = await self._bot.get_me()
        self._me = Me(id=user.id, username=user.username or "")
        hears_all = "" if user.can_read_all_group_messages else " (group privacy is on)"
        return f"@{self._me.username}{hears_all}"

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once; to a group that has become a supergroup meanwhile, once more at its new number."""
        try:
            chat, connection = destination(outbound.address)
            reply_to = message_number(outbound.reply_to)
            thread = message_number(outbound.address.thread)
        except ValueError as exc:
            raise DeliveryRefused("the address is none of Telegram") from exc
        with in_our_words():
            try:
                return await self._send(outbound, chat, connection, reply_to, thread)
            except ChatMigrated as moved:
                return await self._send(outbound, moved.new_chat_id, connection, None, thread)

    async def _send(
        self, outbound: Outbound, chat: int, connection: str | None, reply_to: int | None, thread: int | None
    ) -> Receipt:
        sent = await self._bot.send_message(
            chat,
            outbound.text,
            business_connection_id=connection,
            message_thread_id=thread,
            reply_parameters=reply(reply_to),
            reply_markup=keyboard(outbound.buttons),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return Receipt(message_id=str(sent.message_id))

    async def show_typing(self, address: Address) -> None:
        """Show for some five seconds that an answer is being written."""
        # ValueError: the address of another channel.
        with suppress(DeliveryError, ValueError), repeatable():
            chat, connection = destination(address)
            await self._bot.send_chat_action(
                chat,
                ChatAction.TYPING,
                message_thread_id=message_number(address.thread),
                business_connection_id=connection,
            )

    def received(self, event: Inbound) -> None:
        """Answer a button press: until then the button shows a clock."""
        if event.message_id.startswith(PRESS):
            task = asyncio.create_task(self._answer(event.message_id.removeprefix(PRESS)))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, query_id: str) -> None:
        with suppress(DeliveryError), repeatable():
            await self._bot.answer_callback_query(query_id)

    def private_link(self, token: str) -> str | None:
        """A link by which a person opens the private chat with `/start token`."""
        return f"https://t.me/{self._me.username}?start={token}" if self._me.username else None

    def poll(self) -> AsyncIterator[bytes] | None:
        """Updates as Telegram would post them; ends with a `DeliveryError` and may be asked again."""
        return self._updates() if self._options.polls else None

    async def _updates(self) -> AsyncIterator[bytes]:
        if not self._me.username:  # else mentions in groups would be fetched and not understood
            await self.check()
        while True:
            for update in await self._fetch():
                yield json.dumps(update).encode()
                self._offset = update["update_id"] + 1

    async def _fetch(self) -> list[dict[str, int]]:
        """One getUpdates, raw: the library's own would fail as a whole at one odd update."""
        query = {"timeout": self._poll_seconds, "allowed_updates": json.dumps(WANTED)}
        if self._offset is not None:
            query["offset"] = self._offset
        with repeatable():
            updates = await self._polling.post(
                f"{self._bot.base_url}/getUpdates?{urlencode(query)}",
                read_timeout=self._poll_seconds + POLL_GRACE,
            )
        if not isinstance(updates, list) or not all(map(_is_update, updates)):
            raise DeliveryLater("Telegram: the answer holds no updates")
        return updates


def _is_update(update: object) -> bool:
    return isinstance(update, dict) and type(update.get("update_id")) is int
