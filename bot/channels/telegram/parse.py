"""A Telegram update, translated. Pure but for the clock of button presses."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from telegram import (
    BusinessMessagesDeleted,
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberUpdated,
    MaybeInaccessibleMessage,
    Message,
    Update,
)
from telegram.constants import ChatType, UpdateType

from bot.channels.telegram.content import Me, attachments_of, speaks_to, text_of, without_name
from bot.channels.telegram.sender import author_of, language_of, of_customer, person_of
from bot.errors import BadPayload
from bot.messages import Address, EventKind, Inbound, Surface

# What Telegram is asked to send; it leaves out everything else.
WANTED = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CHANNEL_POST,
    UpdateType.EDITED_CHANNEL_POST,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.BUSINESS_MESSAGE,
    UpdateType.EDITED_BUSINESS_MESSAGE,
    UpdateType.DELETED_BUSINESS_MESSAGES,
)
PRESS = "callback:"
START = re.compile(r"^/start(?:\s+(?P<token>[A-Za-z0-9_-]{1,64}))?\s*$")
# Telegram lets everybody begin with a button that says Start: that is a greeting.
GREETING = "/greet"


def read(raw_body: bytes) -> Update:
    """The update that a body holds; raises `BadPayload` where it holds none."""
    try:
        body = msgspec.json.decode(raw_body, type=dict[str, Any])
        update = Update.de_json(body, None)
    except Exception as exc:  # broad: de_json checks no type and fails in as many ways
        raise BadPayload(f"not an update of Telegram: {type(exc).__name__}") from exc
    if type(update.update_id) is not int:
        raise BadPayload("not an update of Telegram: update_id is no number")
    return update


class Reader:
    """Translates the updates of one account."""

    def __init__(self, channel: str, account: str) -> None:
        self._channel = channel
        self._account = account

    def events(self, update: Update, me: Me) -> list[Inbound]:
        """The events that an update holds, every one checked to be of the types it claims."""
        try:
            return [_checked(event) for event in self._events(update, me)]
        except Exception as exc:  # broad as above: a wrong type may surface anywhere
            raise BadPayload(f"not an update of Telegram: {type(exc).__name__}") from exc

    def _events(self, update: Update, me: Me) -> list[Inbound]:
        if update.callback_query:
            return self._press(update, update.callback_query)
        if update.my_chat_member:
            return self._membership(update, update.my_chat_member)
        if update.deleted_business_messages:
            return self._deletions(update, update.deleted_business_messages)
        new = update.message or update.channel_post or update.business_message
        if new:
            return self._message(update, new, me, "message")
        edited = update.edited_message or update.edited_channel_post or update.edited_business_message
        if edited:
            return self._message(update, edited, me, "edited")
        return []

    def _message(self, update: Update, message: Message, me: Me, kind: EventKind) -> list[Inbound]:
        attachments = attachments_of(message)
        text = text_of(message)
        if not (text or attachments) or not of_customer(message):
            return []
        if _surface(message.chat) == "public":
            if not speaks_to(message, me):
                return []
            text = without_name(message, me)
        start = START.match(text) if message.chat.type == ChatType.PRIVATE else None
        return [
            Inbound(
                address=self._address(message),
                event_id=str(update.update_id),
                message_id=_number(message.message_id),
                sent_at=message.edit_date if kind == "edited" and message.edit_date else message.date,
                kind=kind,
                text=GREETING if start else text,
                author=author_of(message),
                language=language_of(message.from_user),
                attachments=attachments,
                reply_to=_replied(message),
                start_token=start["token"] or "" if start else "",
                text_is_payload=bool(start),
                shown=text if start else "",
            )
        ]

    def _press(self, update: Update, query: CallbackQuery) -> list[Inbound]:
        """A button: without its message (inline mode, games) it is none that we sent."""
        if query.message is None or query.data is None or query.from_user.is_bot:
            return []
        carrier = query.message
        return [
            Inbound(
                address=Address(
                    channel=self._channel,
                    account=self._account,
                    surface=_surface(carrier.chat),
                    chat=_number(carrier.chat.id),
                    person=_number(query.from_user.id),
                    thread=_thread(carrier) if isinstance(carrier, Message) else "",
                ),
                event_id=str(update.update_id),
                message_id=f"{PRESS}{query.id}",
                text=query.data,
                author=query.from_user.full_name,
                language=language_of(query.from_user),
                reply_to=_number(carrier.message_id),
                text_is_payload=True,
                shown=_title(carrier, query.data),
            )
        ]

    def _membership(self, update: Update, change: ChatMemberUpdated) -> list[Inbound]:
        """A person blocks or unblocks the bot; what groups do with it concerns no customer."""
        if change.chat.type != ChatType.PRIVATE:
            return []
        blocked = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
        return [
            Inbound(
                address=self._private(_number(change.chat.id), _number(change.chat.id)),
                event_id=str(update.update_id),
                message_id=f"member:{update.update_id}",
                sent_at=change.date,
                kind="unreachable" if blocked else "reachable",
                author=change.from_user.full_name,
                language=language_of(change.from_user),
            )
        ]

    def _deletions(self, update: Update, deleted: BusinessMessagesDeleted) -> list[Inbound]:
        customer = _number(deleted.chat.id)
        chat = business_chat(customer, deleted.business_connection_id)
        return [
            Inbound(
                address=self._private(chat, customer),
                event_id=f"{update.update_id}/{_number(message_id)}",
                message_id=_number(message_id),
                kind="deleted",
            )
            for message_id in deleted.message_ids
        ]

    def _address(self, message: Message) -> Address:
        chat = _number(message.chat.id)
        connection = message.business_connection_id
        return Address(
            channel=self._channel,
            account=self._account,
            surface=_surface(message.chat),
            chat=business_chat(chat, connection) if connection else chat,
            person=_number(person_of(message)),
            thread=_thread(message),
        )

    def _private(self, chat: str, person: str) -> Address:
        return Address(
            channel=self._channel, account=self._account, surface="private", chat=chat, person=person
        )


def business_chat(chat: str, connection: str) -> str:
    """A chat that the bot serves for a business account, in its name.

    The customer may also have a chat of his own with the bot, under the same number.
    """
    return f"{chat}@{connection}"


def _checked(event: Inbound) -> Inbound:
    """The library takes any JSON for any field: what is no text, date or number fails here."""
    return msgspec.convert(msgspec.to_builtins(event), Inbound)


def _surface(chat: Chat) -> Surface:
    return "private" if chat.type == ChatType.PRIVATE else "public"


def _title(carrier: MaybeInaccessibleMessage, data: str) -> str:
    """What the pressed button says, as far as its message can still be seen."""
    markup = carrier.reply_markup if isinstance(carrier, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return next((b.text for row in rows for b in row if b.callback_data == data), "")


def _thread(message: Message) -> str:
    """The forum topic. Outside forums the number marks a chain of replies: not to be sent back."""
    return _number(message.message_thread_id) if message.is_topic_message else ""


def _replied(message: Message) -> str:
    answered = message.reply_to_message
    return _number(answered.message_id) if answered and not answered.forum_topic_created else ""


def _number(value: object) -> str:
    if type(value) is not int:
        raise TypeError("an identifier that is no number")
    return str(value)
