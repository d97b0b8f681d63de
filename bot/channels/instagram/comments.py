"""Comments and mentions on Instagram, translated. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.meta.content import UNSUPPORTED
from bot.channels.meta.reading import event_id, identifier, moment
from bot.channels.reading import Json, text, thing, things
from bot.messages import Address, Attachment, Inbound

COMMENTS = ("comments", "live_comments")
# Before the identifiers of a mention, which is answered in another way than a comment.
MENTION = "mention:"


class CommentReader:
    """Reads what people say in public to one account; `own` is its identifier."""

    def __init__(self, channel: str, account: str, own: str) -> None:
        self._channel = channel
        self._account = account
        self._own = own

    def events(self, entry: Json, username: str) -> list[Inbound]:
        """The events of one entry; `username` is the account's own, empty where it is not known."""
        found = []
        for field, value in _changes(entry):
            if field in COMMENTS:
                found += self._comment(entry, value, username)
            elif field == "mentions":
                found += self._mention(entry, value)
        return found

    def _comment(self, entry: Json, value: Json, username: str) -> list[Inbound]:
        comment, media = identifier(value, "id"), identifier(thing(value, "media"), "id")
        author, name = thing(value, "from"), text(thing(value, "from"), "username")
        if not comment or not media:
            return []
        parent = identifier(value, "parent_id")
        thread = parent if parent not in ("", media) else comment
        is_own = identifier(author, "id") == self._own or _is(name, username)
        if is_own and thread == comment:
            return []
        # Its own answer is ours or a colleague's, to somebody who is not named.
        person = "" if is_own else identifier(author, "id") or thread
        return [
            Inbound(
                address=self._place(media, thread, person),
                event_id=event_id(comment, "add"),
                message_id=comment,
                kind="colleague" if is_own else "message",
                sent_at=moment(value, "timestamp") or moment(entry, "time"),
                text=text(value, "text"),
                author=name,
                attachments=() if text(value, "text") else (UNSUPPORTED,),
                reply_to=parent if thread == parent else "",
            )
        ]

    def _mention(self, entry: Json, value: Json) -> list[Inbound]:
        """Somebody named the account elsewhere: Instagram tells where, not who and what."""
        media, comment = identifier(value, "media_id"), identifier(value, "comment_id")
        if not media:
            return []
        mention = event_id(MENTION + (comment or media))
        return [
            Inbound(
                address=self._place(media, mention, mention),
                event_id=mention,
                message_id=mention,
                sent_at=moment(entry, "time"),
                attachments=(Attachment(kind="mention", reference=comment or media),),
            )
        ]

    def _place(self, media: str, thread: str, person: str) -> Address:
        return Address(
            channel=self._channel,
            account=self._account,
            surface="public",
            chat=media,
            person=person,
            thread=thread,
        )


def _is(name: str, username: str) -> bool:
    return bool(username) and name.casefold() == username.casefold()


def _changes(entry: Json) -> Iterator[tuple[str, Json]]:
    """The changes of an entry, which holds the only one itself for accounts without a Page."""
    for change in (entry, *things(entry, "changes")):
        yield text(change, "field"), thing(change, "value")
