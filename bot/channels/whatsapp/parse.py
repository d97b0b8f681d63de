"""A notification of WhatsApp, translated. Pure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from bot.channels.meta.reading import entries, identifier
from bot.channels.reading import Json, number, text, thing, things
from bot.channels.whatsapp.messages import messages
from bot.channels.whatsapp.number import Number
from bot.channels.whatsapp.others import echoes, handover, standby
from bot.channels.whatsapp.statuses import statuses
from bot.messages import Inbound

log = logging.getLogger(__name__)

OBJECT = "whatsapp_business_account"


def events(ours: Number, raw_body: bytes) -> list[Inbound]:
    """The events of one number; raises `BadPayload` for a body that is no notification of Meta."""
    return [
        event
        for entry in entries(raw_body, OBJECT)
        for change in things(entry, "changes")
        for event in _change(ours, change)
    ]


def _change(ours: Number, change: Json) -> Iterator[Inbound]:
    value = thing(change, "value")
    if _number_of(value) == ours.id:
        yield from FIELDS.get(text(change, "field"), _nothing)(ours, value)


def _number_of(value: Json) -> str:
    """Which number of the brand a change is about; handovers say it elsewhere."""
    known = identifier(thing(value, "metadata"), "phone_number_id")
    return known or identifier(thing(value, "recipient"), "phone_number_id")


def _chat(ours: Number, value: Json) -> Iterator[Inbound]:
    yield from messages(ours, value)
    yield from statuses(ours, value)
    for error in things(value, "errors"):
        # It concerns no message: only who runs this can do anything about it.
        log.warning("WhatsApp reports error %s", number(error, "code"), extra={"account": ours.account})


def _nothing(ours: Number, value: Json) -> Iterator[Inbound]:
    return iter(())


# The fields to subscribe to; others concern no conversation.
FIELDS: dict[str, Callable[[Number, Json], Iterator[Inbound]]] = {
    "messages": _chat,
    "standby": standby,
    "smb_message_echoes": echoes,
    "messaging_handovers": handover,
}
