"""What became of texts of ours."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from bot.channels.meta.correlation import unmark
from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, number, text, things
from bot.channels.whatsapp.number import Number
from bot.channels.whatsapp.people import Contacts, Customer
from bot.messages import EventKind, Inbound

# `played` is said of voice messages, which somebody must have opened. WhatsApp does not promise to
# tell these in order, nor all of them: `delivered` is left out where `read` follows at once.
STATES: dict[str, EventKind] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def statuses(ours: Number, value: Json) -> Iterator[Inbound]:
    """The events in `statuses`."""
    contacts = Contacts(value)
    for status in things(value, "statuses"):
        customer = _recipient(status, contacts)
        kind = STATES.get(text(status, "status"))
        if customer and kind and identifier(status, "id") and text(status, "recipient_type") != "group":
            yield _state(ours, status, customer, kind)


def _recipient(status: Json, contacts: Contacts) -> Customer | None:
    return contacts.customer(
        user_id=identifier(status, "recipient_user_id"),
        number=identifier(status, "recipient_id"),
        parent_id=identifier(status, "recipient_parent_user_id"),
    )


def _state(ours: Number, status: Json, customer: Customer, kind: EventKind) -> Inbound:
    return replace(
        ours.event(status, customer, kind, text(status, "status")),
        author="",
        correlation=unmark(text(status, "biz_opaque_callback_data")),
        reason=_reason(status) if kind == "failed" else "",
    )


def _reason(status: Json) -> str:
    """Why it failed, in Meta's words."""
    return "; ".join(f"{number(error, 'code')} {text(error, 'title')}" for error in things(status, "errors"))
