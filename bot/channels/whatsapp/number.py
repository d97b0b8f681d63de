"""One number of the brand, whose events have an address in common."""

from __future__ import annotations

from msgspec import Struct

from bot.channels.meta.reading import event_id, identifier, moment
from bot.channels.reading import Json
from bot.channels.whatsapp.people import Customer
from bot.messages import Address, EventKind, Inbound


class Number(Struct, frozen=True, kw_only=True):
    """An account, and the id by which WhatsApp knows its phone number."""

    channel: str
    account: str
    id: str

    def event(self, item: Json, customer: Customer, kind: EventKind = "message", *marks: str) -> Inbound:
        """An event without content. `marks` tell events apart that are about one message."""
        item_id = identifier(item, "id")
        return Inbound(
            address=Address(
                channel=self.channel,
                account=self.account,
                surface="private",
                chat=customer.chat,
                person=customer.chat,
            ),
            event_id=event_id(item_id, *marks),
            message_id=item_id,
            sent_at=moment(item, "timestamp"),
            kind=kind,
            author=customer.name,
            aliases=customer.aliases,
        )
