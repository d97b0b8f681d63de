"""What happens on a Page, translated: comments, and what visitors post. Pure."""

from __future__ import annotations

import hashlib

from bot.channels.meta.content import UNSUPPORTED
from bot.channels.meta.reading import event_id, identifier, moment
from bot.channels.reading import Json, number, text, thing, things
from bot.messages import Address, Attachment, EventKind, Inbound

KINDS: dict[str, EventKind] = {
    "add": "message",
    "edited": "edited",
    "edit": "edited",
    "remove": "deleted",
    "hide": "hidden",
    "unhide": "shown",
}
POSTS = ("post", "status", "photo", "video", "link")
# What happens once only; of anything else, when it happened tells one from the next.
ONCE = ("add", "remove")


class FeedReader:
    """Reads the feed of one Page; what the Page itself answers is a colleague's, or ours."""

    def __init__(self, channel: str, account: str, page: str) -> None:
        self._channel = channel
        self._account = account
        self._page = page

    def events(self, entry: Json) -> list[Inbound]:
        """The events of one entry."""
        return [
            event
            for change in things(entry, "changes")
            if text(change, "field") == "feed"
            for event in self._events(entry, thing(change, "value"))
        ]

    def _events(self, entry: Json, value: Json) -> list[Inbound]:
        kind = KINDS.get(text(value, "verb"))
        number_of = {"comment": "comment_id", **dict.fromkeys(POSTS, "post_id")}.get(text(value, "item"))
        message_id = identifier(value, number_of) if number_of else ""
        post = identifier(value, "post_id")
        if kind is None or not message_id or not post:
            return []
        thread = _thread(value, post) if message_id != post else ""
        person = identifier(thing(value, "from"), "id") or thread or post
        if self._is_own(value):
            # Below what somebody else has said it is an answer: ours, or a colleague's.
            if kind != "message" or thread in ("", message_id):
                return []
            kind, person = "colleague", ""
        return [
            Inbound(
                address=Address(
                    channel=self._channel,
                    account=self._account,
                    surface="public",
                    chat=post,
                    person=person,
                    thread=thread,
                ),
                event_id=_event_id(entry, value, message_id),
                message_id=message_id,
                sent_at=moment(value, "created_time") or moment(entry, "time"),
                kind=kind,
                text=text(value, "message"),
                author=text(thing(value, "from"), "name"),
                attachments=_attachments(value) if kind in ("message", "colleague") else (),
                reply_to=identifier(value, "parent_id") if thread not in ("", message_id) else "",
            )
        ]

    def _is_own(self, value: Json) -> bool:
        return identifier(thing(value, "from"), "id") == self._page


def _thread(value: Json, post: str) -> str:
    """The comment at the top: all that is said below it belongs together."""
    parent = identifier(value, "parent_id")
    return parent if parent not in ("", post) else identifier(value, "comment_id")


def _event_id(entry: Json, value: Json, message_id: str) -> str:
    verb = text(value, "verb")
    if verb in ONCE:
        return event_id(message_id, verb)
    # Two edits may stand in one entry, under one time.
    wording = hashlib.sha256(text(value, "message").encode()).hexdigest()[:16]
    return event_id(message_id, verb, str(number(entry, "time")), wording)


def _attachments(value: Json) -> tuple[Attachment, ...]:
    """Pictures and films; of a comment that shows nothing at all, that it is so."""
    found = [
        Attachment(kind=kind, reference=text(value, name))
        for kind, name in (("image", "photo"), ("video", "video"), ("link", "link"))
        if text(value, name)
    ]
    found += [
        Attachment(kind="image", reference=each)
        for each in (value["photos"] if isinstance(value.get("photos"), list) else ())
        if isinstance(each, str)
    ]
    return tuple(found) if found or text(value, "message") else (UNSUPPORTED,)
