"""Direct messages, translated: the readable ones, and those that only X's own apps can read. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bot.channels.reading import Json, text, thing, things
from bot.channels.x.plain import plain_text
from bot.channels.x.posts import Included, Person, old_attachment, person_of
from bot.channels.x.reading import identifier, milliseconds, moment
from bot.messages import Address, Attachment, EventKind, Inbound

# What a link of ours writes into the message that it opens.
REFERENCE = re.compile(r"(?:^|(?<=\s))ref:(?P<token>[A-Za-z0-9_-]{32})(?=\s|$)", re.ASCII)
GREETING = "/greet"
# A message of the new, encrypted kind.
ENCRYPTED = "encrypted"


def reference(token: str) -> str:
    """What a customer sends with the first message, so that it is known where he comes from."""
    return f"ref:{token}"


class DirectReader:
    """Translates the direct messages of one account; `own` is its number. Groups are left out."""

    def __init__(self, channel: str, account: str, own: str) -> None:
        self._channel = channel
        self._account = account
        self._own = own

    def messages(self, holder: Json) -> list[Inbound]:
        """Messages in the old form, in which X still tells them as they happen."""
        people = thing(holder, "users")
        return [
            event
            for each in things(holder, "direct_message_events")
            if text(each, "type") == "message_create"
            for event in self._message(each, people)
        ]

    def history(self, answer: Json) -> list[Inbound]:
        """Messages in the new form, in which X tells them when it is asked; the oldest first."""
        included = Included(thing(answer, "includes"))
        told = [each for each in things(answer, "data") if text(each, "event_type") == "MessageCreate"]
        return [event for each in reversed(told) for event in self._past(each, included)]

    def encrypted(self, payload: Json) -> list[Inbound]:
        """That there is a message which nobody can read but in X's own apps."""
        number, sender = identifier(payload, "id"), identifier(payload, "sender_id")
        sides = set(re.split(r"[:-]", identifier(payload, "conversation_id"))) | {sender}
        others = sides - {self._own, ""}
        if not number or not sender or self._own not in sides or len(others) != 1:
            return []
        kind: EventKind = "colleague" if sender == self._own else "message"
        sent_at, sign = milliseconds(payload, "created_at_msec"), Attachment(kind=ENCRYPTED)
        return [self._event(kind, f"chat/{number}", number, others.pop(), sent_at, attachments=(sign,))]

    def reads(self, holder: Json) -> list[Inbound]:
        """That a customer has seen all that was there."""
        told = list(things(holder, "direct_message_mark_read_events")) or [holder]
        return [event for each in told for event in self._read(each)]

    def _message(self, told: Json, people: Json) -> list[Inbound]:
        content = thing(told, "message_create")
        sender = identifier(content, "sender_id")
        data = thing(content, "message_data")
        media = thing(thing(data, "attachment"), "media")
        return self._said(
            identifier(told, "id"),
            person_of(thing(people, sender), sender),
            identifier(thing(content, "target"), "recipient_id"),
            milliseconds(told, "created_timestamp"),
            plain_text(text(data, "text"), things(thing(data, "entities"), "urls")),
            (old_attachment(media),) if media else (),
        )

    def _past(self, told: Json, included: Included) -> list[Inbound]:
        sender = identifier(told, "sender_id")
        sides = identifier(told, "dm_conversation_id").split("-")
        recipient = next((each for each in sides if each != sender), "") if len(sides) == 2 else ""
        return self._said(
            identifier(told, "id"),
            included.person(sender),
            recipient,
            moment(told, "created_at"),
            plain_text(text(told, "text"), things(thing(told, "entities"), "urls")),
            included.attachments(told),
        )

    def _said(
        self,
        number: str,
        sender: Person,
        recipient: str,
        sent_at: datetime | None,
        words: str,
        attachments: tuple[Attachment, ...],
    ) -> list[Inbound]:
        person = recipient if sender.id == self._own else sender.id
        is_ours = self._own in (sender.id, recipient)
        if not number or not person or not is_ours or person == self._own:
            return []
        more: dict[str, Any] = {"author": sender.name or sender.username, "attachments": attachments}
        if sender.id == self._own:
            return [self._event("colleague", number, number, person, sent_at, text=words, **more)]
        if sender.is_automated:  # two bots would go on for ever
            return []
        return [self._event("message", number, number, person, sent_at, **_with_reference(words), **more)]

    def _read(self, told: Json) -> list[Inbound]:
        sender, until = identifier(told, "sender_id"), milliseconds(told, "created_timestamp")
        if not sender or sender == self._own or until is None:
            return []
        event_id = f"read/{sender}/{text(told, 'created_timestamp')}"
        return [self._event("read", event_id, "", sender, until, until=until)]

    def _event(
        self,
        kind: EventKind,
        event_id: str,
        message_id: str,
        person: str,
        sent_at: datetime | None,
        **more: Any,
    ) -> Inbound:
        address = Address(
            channel=self._channel, account=self._account, surface="private", chat=person, person=person
        )
        return Inbound(
            address=address, event_id=event_id, message_id=message_id, sent_at=sent_at, kind=kind, **more
        )


def _with_reference(words: str) -> dict[str, Any]:
    """A text, and the token that a link of ours has put into it."""
    found = REFERENCE.search(words)
    if found is None:
        return {"text": words}
    rest = (words[: found.start()] + words[found.end() :]).strip()
    token = found["token"]
    if rest:
        return {"text": rest, "start_token": token}
    return {"text": GREETING, "text_is_payload": True, "start_token": token}
