"""One number of the brand, whose events have an address in common."""

from __future__ import annotations

from msgspec import Struct

from bot.channels.meta.reading import LONGEST_ID, Json, identifier, moment
from bot.channels.whatsapp.people import Customer
from bot.messages import Address, EventKind, Inbound


class Number(Struct, frozen=True, kw_only=True):
    """An account, and the id by which WhatsApp knows its phone number."""

    channel: str
    account: str
    id: str

    def event(self, item: Json, customer: Customer, kind: EventKind = "message", mark: str = "") -> Inbound:
        """An event without content. `mark` tells events apart that are about one message."""
        item_id = identifier(item, "id")
        return Inbound(
            address=Address(
                channel=self.channel,
                account=self.account,
                surface="private",
                chat=customer.chat,
                person=customer.chat,
            ),
            event_id=marked(item_id, mark),
            message_id=item_id,
            sent_at=moment(item, "timestamp"),
            kind=kind,
            author=customer.name,
            aliases=customer.aliases,
        )


def marked(identifier: str, mark: str) -> str:
    """An identifier that tells something else of the same message."""
    return identifier[: LONGEST_ID - len(mark)] + mark


def cut(identifier: str) -> str:
    """An identifier that we put together ourselves, no longer than Meta's own may be."""
    return identifier[:LONGEST_ID]
