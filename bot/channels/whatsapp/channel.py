"""The channel: one phone number of WhatsApp's Cloud API."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Features, Pace, Windows
from bot.channels.guide import Guide
from bot.channels.http import repeatable
from bot.channels.meta.channel import MetaChannel
from bot.channels.meta.graph import TIMEOUT_SECONDS
from bot.channels.meta.options import graph_of, identifier_or_none, read_keys
from bot.channels.meta.reading import identifier
from bot.channels.reading import text, things
from bot.channels.whatsapp.guide import GUIDE
from bot.channels.whatsapp.messages import REACTION
from bot.channels.whatsapp.number import Number
from bot.channels.whatsapp.options import read_number_id
from bot.channels.whatsapp.outgoing import LONGEST_TEXT, payload, seen
from bot.channels.whatsapp.parse import OBJECT, events
from bot.channels.whatsapp.refusals import WHATSAPP
from bot.errors import DeliveryError, DeliveryUnknown
from bot.messages import Address, Inbound, Outbound, Receipt

# Chats whose last message is remembered: typing is shown below a message, not in a chat.
REMEMBERED = 10_000
# Messages that are being marked as read; when that is slow, more would only pile up.
AT_ONCE = 32
# What the app's webhooks are asked for by.
FIELDS = ("messages", "smb_message_echoes", "standby", "messaging_handovers")


class WhatsApp(MetaChannel):
    """One phone number of WhatsApp's Cloud API.

    Secrets: `token` (of a system user), `app_secret`, `verify` (the token of the callback's
    verification). Options: `phone_number_id`, `business_id`, `app_id`, `base_url`, `version`.
    """

    name: ClassVar[str] = "whatsapp"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=LONGEST_TEXT,
        buttons=True,
        typing=True,
        idempotent=False,
        # 80 a second are allowed. One customer may get 45 in a burst, which count as one each six
        # seconds afterwards: no conversation comes near that, and an answer that had to wait six
        # seconds for its acknowledgement would. Who does exceed it is told 131056, and waits.
        pace=Pace(per_second=60.0, per_chat_seconds=1.0, per_group_seconds=1.0),
        windows=Windows(anybody=timedelta(hours=24), templates=True),
        echoes=True,
    )

    def __init__(
        self, account: Account, secrets: Mapping[str, str], *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        keys = read_keys(account, secrets)
        graph = graph_of(account, keys, timeout=timeout, table=WHATSAPP)
        super().__init__(account.id, keys, graph)
        self._number = Number(channel=self.name, account=account.id, id=read_number_id(account))
        self._app = identifier_or_none(account, "app_id")
        self._business = identifier_or_none(account, "business_id")
        self._last: OrderedDict[str, str] = OrderedDict()

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate a batch; what it holds for other numbers is left to them."""
        return events(self._number, raw_body)

    async def register(self, url: str) -> str | None:
        """Have the app's events posted to `url`, and ask for those of the WhatsApp account.

        Each where its number is known.
        """
        told = await self._have_posted(self._app, OBJECT, FIELDS, url)
        if self._business:
            with repeatable():
                await self._graph.post(f"{self._business}/subscribed_apps", {})
        return told

    async def check(self) -> str:
        """Ask whose number it is."""
        facts = await self._graph.ask(self._number.id, fields="display_phone_number,verified_name")
        return f"{text(facts, 'display_phone_number')} ({text(facts, 'verified_name')})"

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once. That WhatsApp takes it is not yet that it is sent: what comes of it, a status tells."""
        answer = await self._graph.post(self._path, payload(outbound))
        for message in things(answer, "messages"):
            if message_id := identifier(message, "id"):
                return Receipt(message_id=message_id)
        raise DeliveryUnknown("WhatsApp: the answer names no message")

    async def show_typing(self, address: Address) -> None:
        """Show for up to 25 seconds that we write, below the customer's last message, which is read."""
        message_id = self._last.get(address.chat)
        if message_id:
            with suppress(DeliveryError):
                await self._graph.post(self._path, seen(message_id, typing=True))

    def received(self, event: Inbound) -> None:
        """Mark what a customer wrote as read, and remember it for `show_typing`."""
        if event.kind != "message" or event.message_id.startswith(REACTION):
            return
        self._last[event.address.chat] = event.message_id
        self._last.move_to_end(event.address.chat)
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        if len(self._courtesies) < AT_ONCE:
            self._in_passing(self._graph.post(self._path, seen(event.message_id, typing=False)))

    @property
    def _path(self) -> str:
        return f"{self._number.id}/messages"
