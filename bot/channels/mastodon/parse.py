"""A body as the feed makes it, translated. Pure."""

from __future__ import annotations

import re
from datetime import timezone

import msgspec

from bot.channels.mastodon.measure import GAP
from bot.channels.mastodon.plain import plain_text, without_name
from bot.channels.mastodon.wire import Body, Deleted, Edited, Found, Me, Media, Mentioned, Own, Status
from bot.errors import BadPayload
from bot.messages import Address, Attachment, EventKind, Inbound

LANGUAGE = re.compile(r"^[a-z]{2}(?![a-z])")
_DECODER: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


def read(raw_body: bytes) -> Body:
    """What a body holds; raises `BadPayload` where that is nothing of Mastodon."""
    try:
        return _DECODER.decode(raw_body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise BadPayload(f"nothing of Mastodon: {type(exc).__name__}") from None


class Reader:
    """Translates the bodies of one account."""

    def __init__(self, channel: str, account: str) -> None:
        self._channel = channel
        self._account = account

    def events(self, body: Body) -> list[Inbound]:
        """The events that a body holds; bots are not answered, lest two of them go on for ever."""
        if isinstance(body, Deleted):
            return [self._deletion(body)]
        if isinstance(body, Own):
            return [self._answer(body.status, body.acct, body.root)]
        if body.status.account.bot or body.status.is_by(body.me.id):
            return []
        if isinstance(body, Found):
            return [self._found(body)] if self._is_about_us(body) else []
        if isinstance(body, Edited):
            return [self._event(body, "edited")]
        return [self._event(body, "message"), *self._answers(body)]

    def _is_about_us(self, body: Found) -> bool:
        """Not to us: that comes as a mention of this account."""
        status = body.status
        is_to_us = status.in_reply_to_account_id == body.me.id
        return status.is_public and not is_to_us and all(each.id != body.me.id for each in status.mentions)

    def _found(self, body: Found) -> Inbound:
        """Somebody speaks of the brand; a reply would go below what he says."""
        status = body.status
        told = self._event(Mentioned(me=body.me, root=body.root, status=status), "message")
        return msgspec.structs.replace(
            told, kind="mention", event_id=f"mention/{status.id}", url=status.url or ""
        )

    def _event(self, body: Mentioned | Edited, kind: EventKind) -> Inbound:
        status = body.status
        edited_at = status.edited_at if kind == "edited" else None
        moment = (edited_at or status.created_at).astimezone(timezone.utc)
        return Inbound(
            address=self._address(status.account.acct, status.visibility, _root(status, body.root)),
            event_id=f"{status.id}#edited#{moment.isoformat()}" if kind == "edited" else status.id,
            message_id=status.id,
            sent_at=moment,
            kind=kind,
            text=_text(status, body.me),
            author=status.account.display_name or status.account.username or status.account.acct,
            language=_language(status),
            attachments=_attachments(status),
            reply_to=status.in_reply_to_id or "",
        )

    def _answers(self, body: Mentioned) -> list[Inbound]:
        root = _root(body.status, body.root)
        return [self._answer(status, body.status.account.acct, root) for status in body.answers]

    def _answer(self, status: Status, acct: str, root: str) -> Inbound:
        """What a colleague wrote with another program."""
        text = plain_text(status.content, {each.url: f"@{each.acct}" for each in status.mentions if each.url})
        names = {acct.lower(), acct.lower().partition("@")[0]}
        return Inbound(
            address=self._address(acct, status.visibility, _root(status, root)),
            event_id=status.id,
            message_id=status.id,
            sent_at=status.created_at.astimezone(timezone.utc),
            kind="colleague",
            # As it was before it was made harmless: a text of ours is known by its words.
            text=_warned(status, without_name(text, names).replace(f"@{GAP}", "@")),
            author=status.account.display_name or status.account.acct,
            attachments=_attachments(status),
            reply_to=status.in_reply_to_id or "",
        )

    def _deletion(self, body: Deleted) -> Inbound:
        return Inbound(
            address=self._address(body.acct, body.visibility, body.root or body.id),
            event_id=f"{body.id}#deleted",
            message_id=body.id,
            kind="deleted",
        )

    def _address(self, acct: str, visibility: str, root: str) -> Address:
        """Direct statuses of a person are one conversation; in public each thread is one."""
        person = acct.lower()
        is_direct = visibility == "direct"
        return Address(
            channel=self._channel,
            account=self._account,
            surface="private" if is_direct else "public",
            chat=person if is_direct else root,
            person=person,
        )


def _root(status: Status, root: str) -> str:
    return root or status.id


def _text(status: Status, me: Me) -> str:
    shown = {each.url: _shown(each.id, each.acct, me) for each in status.mentions if each.url}
    return _warned(status, without_name(plain_text(status.content, shown), me.names))


def _shown(person: str, acct: str, me: Me) -> str:
    """A name as people read it; in full where somebody on another instance has the same as we."""
    name = acct.partition("@")[0]
    is_namesake = person != me.id and name.lower() == me.username.lower()
    return f"@{acct}" if is_namesake else f"@{name}"


def _warned(status: Status, text: str) -> str:
    """A text behind what its author put before it as a warning."""
    return "\n\n".join(filter(None, (status.spoiler_text.strip(), text)))


def _language(status: Status) -> str | None:
    found = LANGUAGE.match((status.language or "").lower())
    return found.group() if found else None


def _attachments(status: Status) -> tuple[Attachment, ...]:
    media = [_attachment(each) for each in status.media_attachments]
    if status.poll:
        choices = " / ".join(choice.title for choice in status.poll.options)
        media.append(Attachment(kind="poll", name=choices))
    return tuple(media)


def _attachment(media: Media) -> Attachment:
    return Attachment(
        kind=media.type, reference=media.url or media.remote_url or "", name=media.description or ""
    )
