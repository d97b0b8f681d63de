"""A body as the feed makes it, translated. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timezone
from html import unescape

import msgspec

from bot.channels.youtube.outgoing import GAP, NAME, mention
from bot.channels.youtube.wire import Body, Comment
from bot.errors import BadPayload
from bot.messages import Address, Attachment, EventKind, Inbound

WATCH = "https://www.youtube.com/watch"
# What people put between a name and what they say to it.
AFTER_NAME = " \t\n,:;.!-–—\u200b\u00a0"
# It is another name then, which only begins like that one.
GOES_ON = re.compile(r"[\w-]|[.·]\w")
People = Mapping[str, Comment]
_DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def read(raw_body: bytes) -> Body:
    """What a body holds; raises `BadPayload` where that is nothing of YouTube."""
    try:
        return _DECODER.decode(raw_body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"nothing of YouTube: {type(exc).__name__}") from None


class Reader:
    """Translates the bodies of one account; `channel_id` is its own channel on YouTube."""

    def __init__(self, channel: str, account: str, channel_id: str) -> None:
        self._channel = channel
        self._account = account
        self._channel_id = channel_id

    def events(self, body: Body) -> list[Inbound]:
        """What happened since, in the order in which it did."""
        comments = sorted((body.top, *body.replies), key=lambda each: each.snippet.published_at)
        people = self._people(body)
        return [event for comment in comments for event in self._events(comment, body, people)]

    def _events(self, comment: Comment, body: Body, people: People) -> list[Inbound]:
        if not comment.is_shown:
            return []
        is_new = comment.snippet.published_at >= body.since
        if comment.person == self._channel_id:
            return self._answers(comment, body, people) if is_new else []
        found = [self._written(comment, body, "message")] if is_new else []
        if comment.edited_at and comment.edited_at >= body.since:
            found.append(self._written(comment, body, "edited"))
        return found

    def _written(self, comment: Comment, body: Body, kind: EventKind) -> Inbound:
        """What a customer wrote; whoever did not see it before takes the edited words for the first ones."""
        snippet, edited_at = comment.snippet, comment.edited_at if kind == "edited" else None
        moment = (edited_at or snippet.published_at).astimezone(timezone.utc)
        return Inbound(
            address=self._address(body, comment.person),
            event_id=f"{comment.id}#edited#{moment.isoformat()}" if kind == "edited" else comment.id,
            message_id=comment.id,
            sent_at=moment,
            kind=kind,
            text=unescape(snippet.text_display),
            author=snippet.author_display_name,
            attachments=(Attachment(kind="image", reference=snippet.image_url),) if snippet.image_url else (),
            reply_to="" if comment.id == body.top.id else body.top.id,
            url=_url(body, comment),
        )

    def _answers(self, comment: Comment, body: Body, people: People) -> list[Inbound]:
        """What our own channel wrote below a comment: a colleague's, unless the inbox knows it as ours."""
        words = comment.snippet.text_original or unescape(comment.snippet.text_display)
        answered, words = self._answered(words, body, people)
        if answered is None or comment.id == body.top.id:
            return []
        return [
            Inbound(
                address=self._address(body, answered.person),
                event_id=comment.id,
                message_id=comment.id,
                sent_at=comment.snippet.published_at.astimezone(timezone.utc),
                kind="colleague",
                # As it was before it was made harmless: a text of ours is known by its words.
                text=words.replace(f"@{GAP}", "@"),
                # A conversation may begin with this, and bears the customer's name.
                author=answered.snippet.author_display_name,
                reply_to=body.top.id,
                url=_url(body, comment),
            )
        ]

    def _answered(self, words: str, body: Body, people: People) -> tuple[Comment | None, str]:
        """Who is answered, and with what: whoever is named first, else who began the thread.

        Nobody where the name is nobody's here, or where we began the thread ourselves.
        """
        for name in sorted(people, key=len, reverse=True):
            rest = words[len(name) :]
            if words.lower().startswith(name) and not GOES_ON.match(rest):
                return people[name], rest.lstrip(AFTER_NAME)
        is_nobodys = NAME.match(words) or body.top.person == self._channel_id
        return None if is_nobodys else body.top, words

    def _people(self, body: Body) -> People:
        """Who writes here, as one calls to them, in lower case: a comment of each."""
        others = [each for each in (body.top, *body.replies) if each.person != self._channel_id]
        named = ((mention(each.snippet.author_display_name), each) for each in others)
        return {name.lower(): comment for name, comment in named if name}

    def _address(self, body: Body, person: str) -> Address:
        """Each person has a conversation of his own in each thread; all of it is public."""
        return Address(
            channel=self._channel,
            account=self._account,
            surface="public",
            chat=body.video or body.top.id,
            thread=body.top.id,
            person=person,
        )


def _url(body: Body, comment: Comment) -> str:
    return f"{WATCH}?v={body.video}&lc={comment.id}" if body.video else ""
