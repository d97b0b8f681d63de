"""A body as the feed makes it, translated. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import msgspec

from bot.channels.bluesky.embeds import attachments
from bot.channels.bluesky.keys import is_ours, owner, page, split
from bot.channels.bluesky.richtext import mentions, plain
from bot.channels.bluesky.wire import Body, Direct, Found, Gone, Me, Notified, Own, Post, Posted, Record
from bot.errors import BadPayload
from bot.messages import Address, EventKind, Inbound

REASONS = frozenset({"mention", "reply", "quote"})
LANGUAGE = re.compile(r"^[a-z]{2}(?![a-z])")
_DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def read(raw_body: bytes) -> Body:
    """What a body holds; raises `BadPayload` where that is nothing of Bluesky."""
    try:
        return _DECODER.decode(raw_body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"nothing of Bluesky: {type(exc).__name__}") from None


def addresses(post: Posted, me: Me) -> bool:
    """Whether a post speaks to us: it tags us, answers us, or goes on with what its author said.

    Who only quotes us, or answers others below a post of ours, speaks of us.
    """
    if mentions(post.record.facets, me.did):
        return True
    parent = owner(post.record.reply.parent.uri) if post.record.reply else ""
    return parent == me.did or (post.reason == "reply" and parent == post.author.did)


class Reader:
    """Translates the bodies of one account."""

    def __init__(self, channel: str, account: str) -> None:
        self._channel = channel
        self._account = account

    def events(self, body: Body) -> list[Inbound]:
        """The events that a body holds; bots are not answered, lest two of them go on for ever."""
        if isinstance(body, Direct):
            return self._direct(body)
        if isinstance(body, Found):
            return [self._mention(post, body.me) for post in body.posts if _speaks_of_us(post, body.me)]
        if isinstance(body, Gone):
            return [self._deletion(body)]
        if isinstance(body, Own):
            return self._answers((body.post,), body.me)
        return self._notified(body)

    def _notified(self, body: Notified) -> list[Inbound]:
        post, me = body.post, body.me
        if post.reason not in REASONS or not _is_heard(post, me):
            return []
        event = self._message(post, me) if addresses(post, me) else self._mention(post, me)
        return [event, *self._answers(body.answers, me)]

    def _message(self, post: Posted, me: Me) -> Inbound:
        record = post.record
        return Inbound(
            address=self._public(_root(record, post.uri), post.author.did),
            event_id=post.uri,
            message_id=post.uri,
            sent_at=_utc(post.indexed_at),
            text=_text(record, me),
            author=post.author.name,
            language=_language(record),
            attachments=attachments(record.embed, post.author.did, page(post.uri)),
            reply_to=record.reply.parent.uri if record.reply else "",
            url=page(post.uri),
        )

    def _mention(self, post: Posted, me: Me) -> Inbound:
        """What speaks of us and not to us."""
        event = self._message(post, me)
        return msgspec.structs.replace(event, kind="mention", event_id=f"mention/{post.uri}")

    def _answers(self, records: tuple[Record, ...], me: Me) -> list[Inbound]:
        found = [(record, _answered(record, me)) for record in records]
        return [self._answer(record, person, me) for record, person in found if person]

    def _answer(self, record: Record, person: str, me: Me) -> Inbound:
        """What a colleague wrote with another program."""
        post = record.value
        return Inbound(
            address=self._public(_root(post, record.uri), person),
            event_id=record.uri,
            message_id=record.uri,
            sent_at=_moment(post.created_at),
            kind="colleague",
            text=plain(post.text, post.facets, Me(did=person)),
            author=me.handle or me.did,
            attachments=attachments(post.embed, me.did, page(record.uri)),
            reply_to=post.reply.parent.uri if post.reply else "",
            url=page(record.uri),
        )

    def _deletion(self, body: Gone) -> Inbound:
        return Inbound(
            address=self._public(body.root, body.person),
            event_id=f"{body.uri}#gone",
            message_id=body.uri,
            kind="deleted",
        )

    def _direct(self, body: Direct) -> list[Inbound]:
        message, me = body.message, body.me
        others = [each for each in body.convo.members if each.did != me.did]
        if len(others) != 1 or message.text is None or others[0].is_bot:  # a group, or nothing to read
            return []
        is_own = message.sender.did == me.did
        kind: EventKind = "colleague" if is_own else "message"
        event = Inbound(
            address=self._private(others[0].did),
            event_id=f"dm/{body.convo.id}/{message.id}",
            message_id=message.id,
            sent_at=_utc(message.sent_at),
            kind=kind,
            text=plain(message.text, message.facets, me),
            author=(me.handle or me.did) if is_own else others[0].name,
            attachments=attachments(message.embed, message.sender.did, ""),
        )
        return [event]

    def _public(self, root: str, person: str) -> Address:
        return Address(
            channel=self._channel, account=self._account, surface="public", chat=root, person=person
        )

    def _private(self, person: str) -> Address:
        """Direct messages with a person are one conversation, for ever."""
        return Address(
            channel=self._channel, account=self._account, surface="private", chat=person, person=person
        )


def _is_heard(post: Posted, me: Me) -> bool:
    """Whether who wrote it is neither we, nor a bot, nor blocked by us."""
    return not (post.author.did == me.did or post.author.is_bot or post.author.viewer.blocking)


def _speaks_of_us(post: Posted, me: Me) -> bool:
    """Whether what was found is none of what we are notified of anyway."""
    root = post.record.reply.root.uri if post.record.reply else ""
    return _is_heard(post, me) and not addresses(post, me) and owner(root) != me.did


def _root(post: Post, uri: str) -> str:
    return post.reply.root.uri if post.reply else uri


def _answered(record: Record, me: Me) -> str:
    """Whom a post of our account answers; empty where that is nobody, or Relais wrote it."""
    found = split(record.uri)
    if found is None or found[0] != me.did or is_ours(found[1]) or record.value.reply is None:
        return ""
    people = (owner(record.value.reply.parent.uri), owner(record.value.reply.root.uri))
    return next((person for person in people if person != me.did), "")


def _text(post: Post, me: Me) -> str:
    """A text behind what its author warns of, as labels that he gives himself."""
    warnings = [label.val for label in post.labels.values if label.val and not label.val.startswith("!")]
    text = plain(post.text, post.facets, me)
    return "\n\n".join(filter(None, (", ".join(warnings), text)))


def _language(post: Post) -> str | None:
    found = LANGUAGE.match(post.langs[0].lower()) if post.langs else None
    return found.group() if found else None


def _moment(told: str) -> datetime | None:
    """When a post was written, as the program says that it was written with."""
    try:
        moment = msgspec.convert(told, datetime)
    except msgspec.ValidationError:
        return None
    return _utc(moment) if moment.tzinfo else None


def _utc(moment: datetime) -> datetime | None:
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        return None
