"""What others do for the brand: colleagues with the phone in hand, and Meta's own assistant."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from bot.channels.meta.reading import event_id, identifier
from bot.channels.reading import Json, number, text, thing, things
from bot.channels.whatsapp.content import content_of
from bot.channels.whatsapp.messages import DEEDS, messages
from bot.channels.whatsapp.number import Number
from bot.channels.whatsapp.people import Contacts
from bot.messages import EventKind, Inbound

# The role that Meta's own assistant has in handovers.
ASSISTANTS = ("ai_agent", "meta_business_agent")


def standby(ours: Number, value: Json) -> Iterator[Inbound]:
    """What goes on while Meta's own assistant has the conversation: we listen and do not answer."""
    inner = {**value, **thing(value, "standby")}
    told = set()
    for event in messages(ours, inner):
        if event.address.chat not in told:
            told.add(event.address.chat)
            yield _taken(event)
        yield event
    yield from echoes(ours, inner)


def _taken(event: Inbound) -> Inbound:
    return Inbound(
        address=event.address,
        event_id=event_id(event.event_id, "standby"),
        message_id=event.message_id,
        sent_at=event.sent_at,
        kind="taken_elsewhere",
        aliases=event.aliases,
    )


def echoes(ours: Number, value: Json) -> Iterator[Inbound]:
    """What somebody else wrote for the brand; that he reacted to something, or took it back, is none."""
    contacts = Contacts(value)
    for echo in things(value, "message_echoes"):
        # Meta's own assistant wraps what it says.
        message = {**echo, **thing(echo, "message")}
        customer = contacts.customer(
            user_id=identifier(message, "to_user_id"),
            number=identifier(message, "to") or identifier(message, "recipient"),
            parent_id=identifier(message, "to_parent_user_id"),
        )
        if customer and identifier(message, "id") and text(message, "type") not in DEEDS:
            content = content_of(message)
            yield replace(
                ours.event(message, customer, "colleague"),
                text=content.text,
                attachments=content.attachments,
                author="",
            )


def handover(ours: Number, value: Json) -> Iterator[Inbound]:
    """Who answers from now on: Meta's own assistant, or we."""
    sender = thing(value, "sender")
    kind = _handed(thing(value, "control_passed"))
    customer = Contacts(value).customer(
        user_id=identifier(sender, "user_id"),
        number=identifier(sender, "phone_number") or identifier(sender, "wa_id"),
    )
    if customer and kind:
        # It has no id of its own.
        name = event_id("handover", str(number(value, "timestamp")), kind, customer.chat)
        yield ours.event({**value, "id": name}, customer, kind)


def _handed(passed: Json) -> EventKind | None:
    new = text(passed, "new_owner_role") or text(passed, "new_owner_app_role")
    old = text(passed, "previous_owner_role") or text(passed, "previous_owner_app_role")
    if new in ASSISTANTS:
        return "taken_elsewhere"
    return "returned" if old in ASSISTANTS else None
