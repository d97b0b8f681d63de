"""What a Telegram message holds, and whether it speaks to the bot."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from telegram import Message, MessageEntity

from bot.messages import Attachment

# What people put between a name and what they say to it.
AFTER_NAME = " \t\n,:;.!-–—"
COMMAND = re.compile(r"^/(?P<name>\w+)@(?P<bot>\w+)")


class Me(Struct, frozen=True, kw_only=True):
    """The bot itself; `username` is empty until it is known."""

    id: int
    username: str = ""

    def is_called(self, name: str) -> bool:
        """Whether this is the bot's username, which Telegram compares without case."""
        return bool(self.username) and name.lstrip("@").casefold() == self.username.casefold()


def text_of(message: Message) -> str:
    """The text, or the caption of a picture or file."""
    return message.text or message.caption or ""


def speaks_to(message: Message, me: Me) -> bool:
    """Whether a message in a group is addressed to the bot.

    By a mention, by a command with the bot's name, or as a reply to one of its messages. Every
    message of a forum topic formally replies to the topic's first: that is no reply.
    """
    answered = message.reply_to_message
    if answered and not answered.forum_topic_created:
        author = answered.from_user
        if author and author.id == me.id:
            return True
    return any(_names(entity, text, me) for entity, text in _entities(message))


def without_name(message: Message, me: Me) -> str:
    """The text without the bot's name at its head: what a person would say in private."""
    text = text_of(message)
    command = COMMAND.match(text)
    if command and me.is_called(command["bot"]):
        return f"/{command['name']}{text[command.end() :]}"
    for entity, named in _entities(message):
        if entity.offset == 0 and _names(entity, named, me):
            return text[len(named) :].lstrip(AFTER_NAME)
    return text


def _entities(message: Message) -> Iterator[tuple[MessageEntity, str]]:
    """Entities with the text they cover; Telegram counts in UTF-16 units, the library knows."""
    if message.text:
        yield from message.parse_entities().items()
    if message.caption:
        yield from message.parse_caption_entities().items()


def _names(entity: MessageEntity, text: str, me: Me) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type == MessageEntity.MENTION:
        return me.is_called(text)
    if entity.type == MessageEntity.BOT_COMMAND:
        return me.is_called(text.partition("@")[2])
    return False


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What a message holds besides text: one thing at most, a Telegram album is many messages."""
    for kind, describe in KINDS.items():
        content = getattr(message, kind)
        if content:
            return (describe(kind, content),)
    return ()


def _file(kind: str, content: Any) -> Attachment:
    name = getattr(content, "file_name", None) or ""
    return Attachment(kind=kind, reference=content.file_id, name=name)


def _photo(kind: str, sizes: Any) -> Attachment:
    return Attachment(kind=kind, reference=sizes[-1].file_id)


def _sticker(kind: str, content: Any) -> Attachment:
    return Attachment(kind=kind, reference=content.file_id, name=content.emoji or "")


def _contact(kind: str, content: Any) -> Attachment:
    parts = (content.first_name, content.last_name, content.phone_number)
    return Attachment(kind=kind, name=" ".join(part for part in parts if part))


def _location(kind: str, content: Any) -> Attachment:
    return Attachment(kind=kind, name=f"{content.latitude:.6f},{content.longitude:.6f}")


def _venue(kind: str, content: Any) -> Attachment:
    return Attachment(kind=kind, name=f"{content.title}, {content.address}")


def _dice(kind: str, content: Any) -> Attachment:
    return Attachment(kind=kind, name=f"{content.emoji} {content.value}")


def _named(field: str) -> Callable[[str, Any], Attachment]:
    return lambda kind, content: Attachment(kind=kind, name=getattr(content, field))


def _bare(kind: str, content: Any) -> Attachment:
    return Attachment(kind=kind)


# In this order: an animation is also sent as a document, a venue also as a location.
KINDS: dict[str, Callable[[str, Any], Attachment]] = {
    "animation": _file,
    "live_photo": _bare,
    "photo": _photo,
    "video": _file,
    "video_note": _file,
    "voice": _file,
    "audio": _file,
    "document": _file,
    "sticker": _sticker,
    "contact": _contact,
    "venue": _venue,
    "location": _location,
    "poll": _named("question"),
    "dice": _dice,
    "game": _named("title"),
    "checklist": _named("title"),
    "invoice": _named("title"),
    "story": _bare,
    "paid_media": _bare,
    "giveaway": _bare,
    "passport_data": _bare,
    "successful_payment": _bare,
}
