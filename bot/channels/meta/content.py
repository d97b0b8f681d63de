"""What a private message on Messenger or Instagram holds besides text. Pure."""

from __future__ import annotations

import re

from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, thing, things
from bot.messages import Attachment

# What a token of ours looks like: advertisements and other tools use the same parameter.
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# What nobody here knows is still something that a human must look at.
UNSUPPORTED = Attachment(kind="unsupported")


def token_of(referral: Json) -> str:
    """The token that a link brought along, empty where it brought none."""
    found = TOKEN.fullmatch(text(referral, "ref"))
    return found.group() if found else ""


def attachments_of(message: Json) -> tuple[Attachment, ...]:
    """Everything that is attached; of a message that shows nothing at all, that it is so."""
    found = [_attachment(each) for each in things(message, "attachments")]
    story = thing(thing(message, "reply_to"), "story")
    if story:
        found.append(Attachment(kind="story", reference=text(story, "url"), name=identifier(story, "id")))
    if not found and not text(message, "text"):
        return (UNSUPPORTED,)
    return tuple(found)


def _attachment(attached: Json) -> Attachment:
    kind, payload = text(attached, "type") or UNSUPPORTED.kind, thing(attached, "payload")
    if "sticker_id" in payload:
        kind = "sticker"
    return Attachment(
        kind=kind,
        reference=text(payload, "url") or text(attached, "url"),
        name=text(attached, "title") or text(payload, "title") or _position(payload),
    )


def _position(payload: Json) -> str:
    """Where somebody is, who shares his location."""
    place = thing(payload, "coordinates")
    latitude, longitude = place.get("lat"), place.get("long")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return ""
    return f"{latitude:.6f},{longitude:.6f}"
