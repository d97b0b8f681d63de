"""Private messages of Messenger and Instagram, translated: they come in the same form. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from bot.channels.meta.content import attachments_of, token_of
from bot.channels.meta.correlation import unmark
from bot.channels.meta.reading import event_id, identifier, identifiers, moment
from bot.channels.reading import Json, number, text, thing, things
from bot.messages import Address, Attachment, EventKind, Inbound

# Meta lets everybody begin with a button or a link: that is a greeting.
GREETING = "/greet"
# The inboxes of Meta's own apps, as two guides and Meta's page about echoes give their number.
INBOXES = ("263902037430900", "26390203743090")
# Who sees these only looks on: another application has the conversation.
SPOKEN: Collection[EventKind] = ("message", "colleague")

Read = Callable[[Json, Json], list[Inbound]]


class PrivateReader:
    """Reads the private messages of one account; `own` is its identifier on the platform.

    `app` is that of our application, empty where it is not known, and `inboxes` are those in
    which humans answer.
    """

    def __init__(
        self, channel: str, account: str, own: str, *, app: str = "", inboxes: Collection[str] = INBOXES
    ) -> None:
        self._channel = channel
        self._account = account
        self._own = own
        self._app = app
        self._inboxes = inboxes
        self._readers: dict[str, Read] = {
            "message": self._message,
            "postback": self._postback,
            "reaction": self._reaction,
            "message_edit": self._edit,
            "referral": self._referral,
            "delivery": self._delivery,
            "read": self._seen,
            "pass_thread_control": self._passed,
            "take_thread_control": self._taken,
        }

    def events(self, entry: Json) -> list[Inbound]:
        """The events of one entry, in which another account's are not."""
        found = [event for item in things(entry, "messaging") for event in self._events(item)]
        return found + self._looking_on(entry)

    def _events(self, item: Json) -> list[Inbound]:
        if not self._customer(item):
            return []
        for name, read in self._readers.items():
            if isinstance(item.get(name), dict):
                return read(item, item[name])
        return []

    def _looking_on(self, entry: Json) -> list[Inbound]:
        """What is said while another application has the conversation, which is told once before it."""
        found: list[Inbound] = []
        told = set()
        for event in (event for item in things(entry, "standby") for event in self._events(item)):
            chat = event.address.chat
            if event.kind in SPOKEN and chat not in told:
                told.add(chat)
                sign = event_id("standby", event.event_id)
                found.append(
                    Inbound(
                        address=event.address,
                        event_id=sign,
                        message_id=sign,
                        sent_at=event.sent_at,
                        kind="taken_elsewhere",
                    )
                )
            found.append(event)
        return found

    def _customer(self, item: Json) -> str:
        """Who talks with the account, whichever of the two wrote; nobody where it talks to itself."""
        sender, recipient = (identifier(thing(item, side), "id") for side in ("sender", "recipient"))
        person = recipient if sender == self._own else sender
        return person if person != self._own else ""

    def _is_own(self, item: Json) -> bool:
        return identifier(thing(item, "sender"), "id") == self._own

    def _event(self, item: Json, kind: EventKind, event: str, message_id: str, **more: Any) -> Inbound:
        person = self._customer(item)
        address = Address(
            channel=self._channel, account=self._account, surface="private", chat=person, person=person
        )
        return Inbound(
            address=address,
            event_id=event,
            message_id=message_id,
            sent_at=moment(item, "timestamp"),
            kind=kind,
            **more,
        )

    def _sign(self, item: Json, kind: EventKind, name: str, **more: Any) -> Inbound:
        """Something that has no number of its own: who and when tell it from others."""
        sign = event_id(name, self._customer(item), str(number(item, "timestamp")))
        return self._event(item, kind, sign, sign, **more)

    def _message(self, item: Json, message: Json) -> list[Inbound]:
        mid = identifier(message, "mid")
        if not mid:
            return []
        if message.get("is_deleted") is True:
            return [self._event(item, "deleted", event_id(mid, "deleted"), mid)]
        if message.get("is_echo") is True or self._is_own(item):
            return [self._echo(item, message, mid)]
        words, payload = text(message, "text"), text(thing(message, "quick_reply"), "payload")
        more = {
            "text": payload or words,
            "text_is_payload": bool(payload),
            "shown": words if payload else "",
            "attachments": attachments_of(message),
            "reply_to": identifier(thing(message, "reply_to"), "mid"),
            "start_token": token_of(thing(message, "referral")),
        }
        return [self._event(item, "message", mid, mid, **more)]

    def _echo(self, item: Json, message: Json, mid: str) -> Inbound:
        """What went out in the account's name: by us, else by a colleague in another inbox."""
        correlation = unmark(text(message, "metadata"))
        is_ours = self._app and identifier(message, "app_id") == self._app
        sign = event_id(mid, "echo")
        if is_ours or correlation is not None:
            return self._event(item, "sent", sign, mid, correlation=correlation)
        said = {"text": text(message, "text"), "attachments": attachments_of(message)}
        return self._event(item, "colleague", sign, mid, **said)

    def _postback(self, item: Json, postback: Json) -> list[Inbound]:
        """A pressed button; who only looks on is not told its payload."""
        title, payload = text(postback, "title"), text(postback, "payload")
        more = {
            "text": payload or title,
            "text_is_payload": bool(payload),
            "shown": title if payload else "",
            "start_token": token_of(thing(postback, "referral")),
        }
        mid = identifier(postback, "mid")
        if mid:
            return [self._event(item, "message", mid, mid, **more)]
        return [self._sign(item, "message", "postback", **more)]

    def _referral(self, item: Json, referral: Json) -> list[Inbound]:
        """A link followed into a conversation that there was before."""
        token = token_of(referral)
        more = {"text": GREETING, "text_is_payload": True, "start_token": token}
        return [self._sign(item, "message", "referral", **more)]

    def _reaction(self, item: Json, reaction: Json) -> list[Inbound]:
        """A sign put on a message, or taken away: kept as a message of its own."""
        mid = identifier(reaction, "mid")
        if not mid or self._is_own(item):
            return []
        when = str(number(item, "timestamp"))
        message_id = event_id("reaction", self._customer(item), mid)
        if text(reaction, "action") == "unreact":
            return [self._event(item, "deleted", event_id(mid, "unreact", when), message_id)]
        sign = Attachment(
            kind="reaction", reference=mid, name=text(reaction, "emoji") or text(reaction, "reaction")
        )
        reacted = event_id(mid, "react", when)
        return [self._event(item, "message", reacted, message_id, attachments=(sign,), reply_to=mid)]

    def _edit(self, item: Json, edit: Json) -> list[Inbound]:
        mid = identifier(edit, "mid")
        if not mid or self._is_own(item):
            return []
        sign = event_id(mid, "edited", str(number(edit, "num_edit")), str(number(item, "timestamp")))
        return [self._event(item, "edited", sign, mid, text=text(edit, "text"))]

    def _delivery(self, item: Json, delivery: Json) -> list[Inbound]:
        return self._progress(item, "delivered", delivery, identifiers(delivery, "mids"))

    def _seen(self, item: Json, seen: Json) -> list[Inbound]:
        mid = identifier(seen, "mid")
        return self._progress(item, "read", seen, [mid] if mid else [])

    def _progress(self, item: Json, kind: EventKind, told: Json, mids: list[str]) -> list[Inbound]:
        """What became of messages of ours: of those that are named, else of all up to a moment."""
        if self._is_own(item):
            return []
        if mids:
            return [self._event(item, kind, event_id(mid, kind), mid) for mid in mids]
        until = moment(told, "watermark")
        if until is None:
            return []
        sign = event_id(kind, self._customer(item), str(number(told, "watermark")))
        return [self._event(item, kind, sign, "", until=until)]

    def _passed(self, item: Json, control: Json) -> list[Inbound]:
        """The conversation changes hands; who does not know his own number is told only of himself."""
        owner = identifier(control, "new_owner_app_id")
        is_ours = owner == self._app if self._app else owner not in self._inboxes
        return [self._sign(item, "returned" if is_ours else "taken_elsewhere", "passed")]

    def _taken(self, item: Json, control: Json) -> list[Inbound]:
        """Another application takes the conversation, or we have taken it ourselves."""
        owner = identifier(control, "new_owner_app_id")
        is_ours = bool(self._app) and owner == self._app
        return [self._sign(item, "returned" if is_ours else "taken_elsewhere", "taken")]
