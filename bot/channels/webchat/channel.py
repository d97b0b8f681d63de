"""The channel: one chat page of the brand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bot.brand import Account
from bot.channels.base import Channel, Features, Pace
from bot.channels.guide import Guide
from bot.channels.webchat.guide import GUIDE
from bot.channels.webchat.options import read_options
from bot.errors import BadPayload, Forged
from bot.messages import Address, Inbound, Outbound, Receipt


class WebChat(Channel):
    """One chat page of the brand.

    There is no platform in between: visitors post to the chat's own address and read the
    conversation from the store as a stream of events. A message that stands in the store is
    therefore delivered, and sending it has nothing left to do.

    Options: see `read_options`. There are no secrets.
    """

    name: ClassVar[str] = "webchat"
    guide: ClassVar[Guide] = GUIDE
    features: ClassVar[Features] = Features(
        longest_text=4000,
        buttons=True,
        # The stream of events derives the sign from the state of the conversation.
        typing=False,
        idempotent=True,
        pace=Pace(per_second=1000.0, per_chat_seconds=0.0, per_group_seconds=0.0),
    )

    def __init__(self, account: Account, secrets: Mapping[str, str]) -> None:
        super().__init__(account.id)
        self.options = read_options(account)

    def authenticate(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Refuse everything: nobody may post here on behalf of visitors."""
        raise Forged("the web chat has no webhook: visitors post to /chat/messages")

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Refuse everything, as nothing is authentic here."""
        raise BadPayload("the web chat has no webhook: visitors post to /chat/messages")

    async def send(self, outbound: Outbound) -> Receipt:
        """Confirm: the message is in the store, where the visitor's stream finds it."""
        return Receipt(message_id=str(outbound.id))


def address(account_id: str, visitor: str) -> Address:
    """Where a visitor's conversation takes place; it is always private."""
    return Address(
        channel=WebChat.name,
        account=account_id,
        surface="private",
        chat=visitor,
        person=visitor,
    )
