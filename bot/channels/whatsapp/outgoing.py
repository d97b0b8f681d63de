"""What we say, in WhatsApp's words. Pure."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.meta.correlation import mark
from bot.channels.render import with_buttons_as_text
from bot.channels.whatsapp.messages import REACTION
from bot.errors import DeliveryRefused
from bot.messages import Address, Button, Outbound, Template

LONGEST_TEXT = 4096
# Of the text above buttons or a list.
LONGEST_BODY = 1024
MOST_BUTTONS, LONGEST_BUTTON, LONGEST_BUTTON_ID = 3, 20, 256
MOST_ROWS, LONGEST_ROW, LONGEST_ROW_ID, LONGEST_DESCRIPTION = 10, 24, 200, 72
DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
# A parameter of a template may hold no line break and no run of spaces.
GAP = re.compile(r"\s+")
# What opens a list, by language; at most twenty characters.
OPEN = {"fr": "Choisir", "en": "Choose", "es": "Elegir"}

Body = dict[str, Any]


def payload(outbound: Outbound) -> Body:
    """The request that sends it; raises `DeliveryRefused` for what WhatsApp has no way for."""
    if outbound.in_private or outbound.address.surface == "public":
        raise DeliveryRefused("WhatsApp has no public surface")
    content = _template(outbound.template) if outbound.template else _content(outbound)
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **recipient(outbound.address),
        **content,
        **_reply(outbound),
        "biz_opaque_callback_data": mark(outbound.id),
    }


def recipient(address: Address) -> Body:
    """By number where that is what we have, else by Meta's id of the customer."""
    return {"to" if DIGITS.fullmatch(address.chat) else "recipient": address.chat}


def seen(message_id: str, *, typing: bool) -> Body:
    """The request that marks a customer's message as read, and may show that we write."""
    body: Body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    return body | ({"typing_indicator": {"type": "text"}} if typing else {})


def _reply(outbound: Outbound) -> Body:
    """What is answered is quoted; a reaction and a template have nothing to quote."""
    if not outbound.reply_to or outbound.template or outbound.reply_to.startswith(REACTION):
        return {}
    return {"context": {"message_id": outbound.reply_to}}


def _template(template: Template) -> Body:
    parameters = [{"type": "text", "text": GAP.sub(" ", each).strip()} for each in template.parameters]
    shape: Body = {"name": template.name, "language": {"code": template.language}}
    if parameters:
        shape["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": shape}


def _content(outbound: Outbound) -> Body:
    """Text, with buttons or a list below it where they fit in, else with the choices written out."""
    action = _action(outbound) if len(outbound.text) <= LONGEST_BODY else None
    if action is None:
        return _text(outbound.text, outbound.buttons)
    return {"type": "interactive", "interactive": {"body": {"text": outbound.text}, **action}}


def _action(outbound: Outbound) -> Body | None:
    choices = [_choice(button) for button in outbound.buttons]
    if _fit(choices, MOST_BUTTONS, LONGEST_BUTTON):
        return {
            "type": "button",
            "action": {"buttons": [{"type": "reply", "reply": each} for each in choices]},
        }
    rows = [_row(button) for button in outbound.buttons]
    if _fit(rows, MOST_ROWS, LONGEST_ROW):
        label = OPEN.get(outbound.language or "", OPEN["en"])
        return {"type": "list", "action": {"button": label, "sections": [{"rows": rows}]}}
    return None


def _fit(choices: list[Body], most: int, longest: int) -> bool:
    """WhatsApp takes so many, no empty titles, and no title or id twice."""
    titles, ids = ({choice[name] for choice in choices} for name in ("title", "id"))
    fitting = all(0 < len(title) <= longest for title in titles)
    return fitting and 0 < len(titles) == len(ids) == len(choices) <= most


def _text(text: str, buttons: tuple[Button, ...]) -> Body:
    """Choices that do not fit in are left out: the text says what they are about."""
    whole = with_buttons_as_text(text, buttons)
    body = whole if len(whole) <= LONGEST_TEXT else text
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _choice(button: Button) -> Body:
    return {"id": _id(button, LONGEST_BUTTON_ID), "title": button.title}


def _row(button: Button) -> Body:
    row = {"id": _id(button, LONGEST_ROW_ID), "title": _shortened(button.title, LONGEST_ROW)}
    if len(button.title) <= LONGEST_ROW:
        return row
    return row | {"description": _shortened(button.title, LONGEST_DESCRIPTION)}


def _id(button: Button, longest: int) -> str:
    """What comes back: where it is too long, the title, which a person might type as well."""
    return button.payload if 0 < len(button.payload) <= longest else button.title[:longest]


def _shortened(title: str, longest: int) -> str:
    return title if len(title) <= longest else title[: longest - 1].rstrip() + "…"
