"""What a message of WhatsApp holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, number, text, thing, things
from bot.messages import Attachment

# The customer opened a chat in which nothing was said yet: that is a greeting.
GREETING = "/greet"
KIND = re.compile(r"[a-z][a-z_]{0,39}", re.ASCII)
# The answers of a form may be long; agents need to see what it was, not to process it.
LONGEST_NAME = 1000


class Content(Struct, frozen=True, kw_only=True):
    """Text and what else there is; `pressed` says that a button was, whose title is `shown`."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    pressed: bool = False
    shown: str = ""


def content_of(message: Json) -> Content:
    """Text and attachments; what is not known, or not as documented, is an attachment of its kind."""
    kind = text(message, "type")
    read = KINDS.get(kind)
    found = read(kind, message) if read else Content()
    attachments = (*found.attachments, *_asides(message))
    if not found.text and not found.attachments:
        attachments = (_bare(kind), *attachments)
    return Content(
        text=found.text,
        attachments=attachments,
        pressed=found.pressed and bool(found.text),
        shown=found.shown,
    )


def _bare(kind: str) -> Attachment:
    return Attachment(kind=kind if KIND.fullmatch(kind) else "unknown")


def _asides(message: Json) -> Iterator[Attachment]:
    """Where the customer came from, or what of the catalogue he speaks of."""
    referral = thing(message, "referral")
    if referral:
        words = (text(referral, "headline"), text(referral, "body"), text(referral, "source_url"))
        yield _named("ad", *words, reference=identifier(referral, "source_id"))
    product = thing(thing(message, "context"), "referred_product")
    if product:
        yield _named("product", identifier(product, "product_retailer_id"))


def _named(kind: str, *words: str, reference: str = "") -> Attachment:
    name = ", ".join(word for word in words if word)
    return Attachment(kind=kind, reference=reference, name=name[:LONGEST_NAME])


def _text(kind: str, message: Json) -> Content:
    return Content(text=text(thing(message, kind), "body"))


def _media(kind: str, message: Json) -> Content:
    media = thing(message, kind)
    # What was recorded in the chat, unlike a file of music.
    shown_kind = "voice" if kind == "audio" and media.get("voice") is True else kind
    file = Attachment(kind=shown_kind, reference=identifier(media, "id"), name=text(media, "filename"))
    return Content(text=text(media, "caption"), attachments=(file,) if file.reference else ())


def _location(kind: str, message: Json) -> Content:
    place = thing(message, kind)
    latitude, longitude = _degrees(place, "latitude", 90), _degrees(place, "longitude", 180)
    if latitude is None or longitude is None:
        return Content()
    point = f"{latitude:.6f},{longitude:.6f}"
    return Content(attachments=(_named(kind, text(place, "name"), text(place, "address"), point),))


def _degrees(place: Json, name: str, most: int) -> float | None:
    value = place.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if -most <= value <= most else None


def _contacts(kind: str, message: Json) -> Content:
    return Content(attachments=tuple(_card(card) for card in things(message, kind)))


def _card(card: Json) -> Attachment:
    phones = (text(phone, "phone") for phone in things(card, "phones"))
    return _named("contact", text(thing(card, "name"), "formatted_name"), *phones)


def _interactive(kind: str, message: Json) -> Content:
    """An answer to what we, or a template or form of the brand, offered."""
    answer = thing(message, kind)
    form = text(answer, "type")
    given = thing(answer, form)
    if form in ("button_reply", "list_reply"):
        return Content(text=text(given, "id"), pressed=True, shown=text(given, "title"))
    if form == "nfm_reply":
        return Content(attachments=(_named("form", text(given, "name"), text(given, "response_json")),))
    return Content(attachments=(_bare(form),))


def _button(kind: str, message: Json) -> Content:
    """A button of a template."""
    button = thing(message, kind)
    title = text(button, "text")
    return Content(text=text(button, "payload") or title, pressed=True, shown=title)


def _order(kind: str, message: Json) -> Content:
    order = thing(message, kind)
    items = (_item(item) for item in things(order, "product_items"))
    return Content(text=text(order, "text"), attachments=(_named(kind, *items),))


def _item(item: Json) -> str:
    return f"{number(item, 'quantity') or 1} × {identifier(item, 'product_retailer_id')}"


def _unsupported(kind: str, message: Json) -> Content:
    """What WhatsApp itself does not pass on: polls, messages seen once, and the like."""
    inner = text(thing(message, "unsupported"), "type")
    titles = (text(error, "title") for error in things(message, "errors"))
    return Content(attachments=(_named("unsupported", inner, *titles),))


def _opened(kind: str, message: Json) -> Content:
    return Content(text=GREETING, pressed=True)


KINDS: dict[str, Callable[[str, Json], Content]] = {
    "text": _text,
    "image": _media,
    "audio": _media,
    "video": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "request_welcome": _opened,
    "unsupported": _unsupported,
    "unknown": _unsupported,
}
