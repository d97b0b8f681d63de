"""What we say, in Telegram's words. Pure."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.constants import InlineKeyboardButtonLimit

from bot.channels.telegram.parse import PRESS
from bot.messages import Address, Button


def destination(address: Address) -> tuple[int, str | None]:
    """The chat, and the business account in whose name the bot writes there, if any."""
    chat, _, connection = address.chat.partition("@")
    return int(chat), connection or None


def message_number(text: str) -> int | None:
    """A message or topic; None for nothing and for what is no message, as a button press."""
    return int(text) if text and not text.startswith(PRESS) else None


def reply(message: int | None) -> ReplyParameters | None:
    """A reply that is sent all the same when the customer has deleted what it replies to."""
    return ReplyParameters(message, allow_sending_without_reply=True) if message else None


def keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """One button a row, so that titles are not cut on a phone."""
    if not buttons:
        return None
    rows = [[InlineKeyboardButton(button.title, callback_data=_data(button))] for button in buttons]
    return InlineKeyboardMarkup(rows)


def _data(button: Button) -> str:
    """What comes back when the button is pressed: at most 64 bytes.

    A longer payload is replaced by the title, cut where it must be: a person who types what the
    button says would be understood too, and nothing has to be remembered until the press.
    """
    longest = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)
    if 0 < len(button.payload.encode()) <= longest:
        return button.payload
    return button.title.encode()[:longest].decode(errors="ignore")
