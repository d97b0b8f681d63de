"""What customers write, and what they do to what they wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from bot.channels.meta.reading import LONGEST_ID, identifier
from bot.channels.reading import Json, text, thing, things
from bot.channels.whatsapp.content import content_of
from bot.channels.whatsapp.number import Number
from bot.channels.whatsapp.people import Contacts, Customer, unique
from bot.messages import Attachment, EventKind, Inbound

# A reaction has an id of its own, its removal yet another: we name it after what it is about.
REACTION = "reaction#"
# The older names are still in use for numbers that were connected long ago.
MOVES = ("user_changed_number", "customer_changed_number", "user_changed_user_id")


def messages(ours: Number, value: Json) -> Iterator[Inbound]:
    """The events in `messages`; what is said in a group is no conversation with one customer."""
    contacts = Contacts(value)
    for message in things(value, "messages"):
        if not identifier(message, "id") or identifier(message, "group_id"):
            continue
        if text(message, "type") == "system":
            yield from _moved(ours, message)
        elif customer := _writer(message, contacts):
            yield from DEEDS.get(text(message, "type"), _said)(ours, message, customer)


def _writer(message: Json, contacts: Contacts) -> Customer | None:
    return contacts.customer(
        user_id=identifier(message, "from_user_id"),
        number=identifier(message, "from"),
        parent_id=identifier(message, "from_parent_user_id"),
    )


def _said(ours: Number, message: Json, customer: Customer) -> Iterator[Inbound]:
    content = content_of(message)
    yield replace(
        ours.event(message, customer),
        text=content.text,
        attachments=content.attachments,
        reply_to=identifier(thing(message, "context"), "id"),
        text_is_payload=content.pressed,
        shown=content.shown,
    )


def _reacted(ours: Number, message: Json, customer: Customer) -> Iterator[Inbound]:
    """A reaction, or that it is gone: a person has one for each message, so that one is meant."""
    reaction = thing(message, "reaction")
    target, emoji = identifier(reaction, "message_id"), text(reaction, "emoji")
    event = replace(ours.event(message, customer), message_id=(REACTION + target)[:LONGEST_ID])
    if emoji:
        yield replace(event, attachments=(Attachment(kind="reaction", name=emoji),), reply_to=target)
    else:
        yield replace(event, kind="deleted")


def _edited(ours: Number, message: Json, customer: Customer) -> Iterator[Inbound]:
    edit = thing(message, "edit")
    for event in _of_original("edited", edit, ours.event(message, customer)):
        yield replace(event, text=content_of(thing(edit, "message")).text)


def _revoked(ours: Number, message: Json, customer: Customer) -> Iterator[Inbound]:
    yield from _of_original("deleted", thing(message, "revoke"), ours.event(message, customer))


def _of_original(kind: EventKind, change: Json, event: Inbound) -> Iterator[Inbound]:
    original = identifier(change, "original_message_id")
    if original:
        yield replace(event, kind=kind, message_id=original)


def _moved(ours: Number, message: Json) -> Iterator[Inbound]:
    """A customer's number or identifier is another now: he is reached there, and is the same."""
    system = thing(message, "system")
    if text(system, "type") not in MOVES:
        return
    new = unique(
        identifier(system, "user_id"),
        identifier(system, "wa_id") or identifier(system, "new_wa_id"),
        identifier(system, "parent_user_id"),
    )
    old = (
        identifier(system, "previous_user_id"),
        identifier(message, "from_user_id"),
        identifier(message, "from"),
        identifier(system, "previous_parent_user_id"),
    )
    if new:
        chat, *aliases = unique(*new, *old)
        yield ours.event(message, Customer(chat=chat, aliases=tuple(aliases)), "reachable")


DEEDS: dict[str, Callable[[Number, Json, Customer], Iterator[Inbound]]] = {
    "reaction": _reacted,
    "edit": _edited,
    "revoke": _revoked,
}
