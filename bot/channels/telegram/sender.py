"""Who wrote a Telegram message."""

from __future__ import annotations

import re

from telegram import Message, User

LANGUAGE = re.compile(r"^[a-z]{2}(?![a-z])")


def of_customer(message: Message) -> bool:
    """Whether a customer wrote it: not a bot (this one included), not of the owner of a business account.

    Who writes in the name of a channel or group comes as a bot of Telegram's own and counts.
    A channel's posts that Telegram copies into the discussion group were not said there.
    """
    if message.is_automatic_forward or message.sender_business_bot:
        return False
    if message.business_connection_id:
        return message.from_user is not None and message.from_user.id == message.chat.id
    if message.sender_chat:
        return True
    return message.from_user is not None and not message.from_user.is_bot


def person_of(message: Message) -> int | None:
    """The number of the person, or of the channel or group in whose name somebody writes."""
    author = message.sender_chat or message.from_user
    return author.id if author else None


def author_of(message: Message) -> str:
    """The name that is shown."""
    if message.sender_chat:
        return message.sender_chat.effective_name or ""
    return message.from_user.full_name if message.from_user else ""


def language_of(user: User | None) -> str | None:
    """The language of a person's client, where it has two letters."""
    found = LANGUAGE.match((user.language_code or "").lower()) if user else None
    return found.group() if found else None
