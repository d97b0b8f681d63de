"""A body of a forum, translated. Pure.

The name of an event stands in a header of the webhook only; the post itself tells as much: who deleted it
or edited it leaves a trace in it. A post that was restored cannot be told from the one that was there
before, and is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import msgspec

from bot.channels.discourse.options import Options
from bot.channels.discourse.wire import PRIVATE, SPOKEN, Body, Post, message_id
from bot.channels.discourse.words import mentions, plain, quotes, without_name
from bot.errors import BadPayload
from bot.messages import Address, EventKind, Inbound, Surface

# An edit so soon after is not counted by `version` (editing_grace_period, five minutes); and a webhook
# of an edit so soon may overtake that of the post.
GRACE = timedelta(minutes=10)
# Less lies between a post and what a forum itself writes down of it.
AT_ONCE = timedelta(seconds=2)
Raws = tuple[msgspec.Raw, ...] | None
_DECODER = msgspec.json.Decoder(Body)
_POST = msgspec.json.Decoder(Post)


def read(raw_body: bytes) -> Body:
    """What a body holds; raises `BadPayload` where that is nothing of a forum's."""
    try:
        return _DECODER.decode(raw_body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"nothing of Discourse: {type(exc).__name__}") from None


class Reader:
    """Translates what concerns one account."""

    def __init__(self, channel: str, account: str, options: Options) -> None:
        self._channel = channel
        self._account = account
        self._options = options

    def events(self, body: Body) -> list[Inbound]:
        """The events of a body, in the order in which they happened.

        Of webhooks the public ones: a forum posts everybody's private messages to us, and does not tell
        between whom they are. Ours are fetched.
        """
        found: list[Inbound] = []
        if body.post and body.post.topic_archetype != PRIVATE:
            found += self._said(
                body.post, "public", is_new=_is_new(body.post), is_edited=_is_edited(body.post)
            )
        fetched: dict[Surface, Raws] = {"public": body.latest_posts, "private": body.private_posts}
        for surface, told in fetched.items():
            for post in _posts(told):
                is_new = _is_since(post, body.since)
                found += self._said(post, surface, is_new=is_new, is_edited=post.version > 1)
        for post in _posts(body.found_posts):
            found += self._found(post)
        return found

    def concerns_us(self, post: Post) -> bool:
        """Whether a public post is for us: in a category of ours, or if it names, answers or quotes us."""
        return self._is_listed(post) or self._addresses_us(post)

    def _said(self, post: Post, surface: Surface, *, is_new: bool, is_edited: bool) -> Iterator[Inbound]:
        if not _is_a_persons(post) or post.username.lower() == self._options.username:
            return
        if self._is_colleague(post):
            if is_new and not post.is_deleted:
                yield self._colleague(post, surface)
            return
        if post.is_deleted:
            yield self._event(post, surface, "deleted")
            return
        if is_new and (surface == "private" or self.concerns_us(post)):
            yield self._event(post, surface, "message")
        if is_edited:
            yield self._event(post, surface, "edited")

    def _found(self, post: Post) -> Iterator[Inbound]:
        """What a search found; what is for us comes as a message, and colleagues may say what they like."""
        is_ours = post.username.lower() == self._options.username or self._is_colleague(post)
        if is_ours or not _is_a_persons(post) or post.is_deleted or self.concerns_us(post):
            return
        yield self._event(post, "public", "mention")

    def _event(self, post: Post, surface: Surface, kind: EventKind) -> Inbound:
        text, attachments = plain(post.raw or "") if kind != "deleted" else ("", ())
        return Inbound(
            address=self._address(post, surface, post.username),
            event_id=_event_id(post, kind),
            message_id=post.message_id,
            sent_at=_moment(post.updated_at if kind == "edited" and post.updated_at else post.created_at),
            kind=kind,
            text=self._words(post, surface, text) if kind != "deleted" else "",
            author=post.name or post.username,
            attachments=attachments if kind in ("message", "mention") else (),
            reply_to=_answered(post),
            url=self._url(post),
        )

    def _colleague(self, post: Post, surface: Surface) -> Inbound:
        """To whom he answers, else to whoever writes there; in private there is but one."""
        person = post.reply_to_user.username if post.reply_to_user and self._is_listed(post) else ""
        if person.lower() in (self._options.username, *self._options.colleagues):
            person = ""
        text, attachments = plain(post.raw or "")
        return Inbound(
            address=self._address(
                post, surface, person or (str(post.topic_id) if surface == "private" else "")
            ),
            event_id=_event_id(post, "message"),
            message_id=post.message_id,
            sent_at=_moment(post.created_at),
            kind="colleague",
            text=text,
            author=post.name or post.username,
            attachments=attachments,
            reply_to=_answered(post),
            url=self._url(post),
        )

    def _address(self, post: Post, surface: Surface, person: str) -> Address:
        """In categories of ours the topic's first post is at the head of the talk, whoever joins in later."""
        begins = surface == "public" and self._is_listed(post)
        return Address(
            channel=self._channel,
            account=self._account,
            surface=surface,
            chat=str(post.topic_id),
            thread=message_id(post.topic_id, 1) if begins else "",
            person=person,
        )

    def _words(self, post: Post, surface: Surface, text: str) -> str:
        """A topic's title belongs to what its first post says.

        Further down in a category of ours our name stays, and stands before what answers us: by it
        what is said to us is told from what people say to each other.
        """
        username = self._options.username
        if post.post_number == 1:
            text = without_name(text, username)
            return "\n\n".join(filter(None, ((post.topic_title or "").strip(), text)))
        if surface == "private" or not self._is_listed(post):
            return without_name(text, username)
        is_named = mentions(post.raw or "", username)
        return f"@{username} {text}" if self._addresses_us(post) and not is_named else text

    def _addresses_us(self, post: Post) -> bool:
        username, raw = self._options.username, post.raw or ""
        answers = post.reply_to_user is not None and post.reply_to_user.username.lower() == username
        return answers or mentions(raw, username) or quotes(raw, username)

    def _is_listed(self, post: Post) -> bool:
        return post.category_id in self._options.categories

    def _is_colleague(self, post: Post) -> bool:
        """By his own name, his primary group, or a role on the forum, which is called as its group is."""
        roles = {"staff": post.staff, "admins": post.admin, "moderators": post.moderator}
        names = {post.username, post.primary_group_name or "", *(name for name, has in roles.items() if has)}
        return any(name.lower() in self._options.colleagues for name in names)

    def _url(self, post: Post) -> str:
        return f"{self._options.base_url}/t/{post.topic_id}/{post.post_number}"


def _posts(told: Raws) -> list[Post]:
    """Posts that were fetched, oldest first; an odd one spoils no other."""
    found = []
    for each in told or ():
        try:
            found.append(_POST.decode(each))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
    return sorted(found, key=lambda post: post.id)


def _is_a_persons(post: Post) -> bool:
    """Whether a person wrote it: the forum itself and its bots have numbers below zero."""
    return post.user_id >= 0 and post.post_type in SPOKEN


def _age(post: Post) -> timedelta:
    """How old it was when it was last changed."""
    created, updated = _moment(post.created_at), _moment(post.updated_at or post.created_at)
    return updated - created if created and updated else timedelta(0)


def _is_new(post: Post) -> bool:
    """Whether a webhook may be the first that tells of a post."""
    return _age(post) <= GRACE


def _is_since(post: Post, since: datetime | None) -> bool:
    """Whether a post that was fetched may have been missed: what is older had its time."""
    written, moment = _moment(post.created_at), _moment(since) if since else None
    return written is None or moment is None or written >= moment


def _is_edited(post: Post) -> bool:
    return post.version > 1 or _age(post) >= AT_ONCE


def _answered(post: Post) -> str:
    return message_id(post.topic_id, post.reply_to_post_number) if post.reply_to_post_number else ""


def _event_id(post: Post, kind: EventKind) -> str:
    """The same however often, and by whatever way, the forum tells of it."""
    if kind == "mention":
        return f"mention/{post.id}"
    if kind == "edited":
        # The wording, as edits of the first minutes have no number of their own.
        wording = hashlib.sha256((post.raw or "").encode(errors="replace")).hexdigest()[:16]
        return f"{post.id}#edited#{post.version}#{wording}"
    return f"{post.id}#deleted" if kind == "deleted" else str(post.id)


def _moment(told: datetime) -> datetime | None:
    """In UTC; None for what no clock shows."""
    try:
        return told.astimezone(timezone.utc) if told.tzinfo else told.replace(tzinfo=timezone.utc)
    except OverflowError:
        return None
