"""What is attached to a post or a direct message, in our words. Pure.

What an attachment is stands in `$type`; new kinds come now and then, and are told as unknown.
"""

from __future__ import annotations

from typing import Any

from bot.channels.bluesky.keys import page
from bot.messages import Attachment

# As the official client shows pictures.
PICTURE = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"


def attachments(embed: Any, author: str, where: str) -> tuple[Attachment, ...]:
    """The attachments of what `author` wrote; `where` is the address of the post, if it has one."""
    kind = _text(embed, "$type").partition("#")[0]
    if kind == "app.bsky.embed.images":
        return tuple(_image(each, author) for each in _list(embed, "images"))
    if kind == "app.bsky.embed.video":
        return (Attachment(kind="video", reference=where, name=_text(embed, "alt")),)
    if kind == "app.bsky.embed.external":
        return (_link(_thing(embed, "external")),)
    if kind == "app.bsky.embed.record":
        return (_share(embed),)
    if kind == "app.bsky.embed.recordWithMedia":
        media = attachments(_thing(embed, "media"), author, where)
        return (*media, _share(_thing(embed, "record")))
    return (Attachment(kind="unknown", reference=where),) if kind else ()


def shares(embed: Any) -> str:
    """The address of the post that is quoted; empty where none is."""
    record = _thing(embed, "record")
    return _text(record, "uri") or _text(_thing(record, "record"), "uri")


def _image(image: Any, author: str) -> Attachment:
    cid = _text(_thing(_thing(image, "image"), "ref"), "$link")
    reference = PICTURE.format(did=author, cid=cid) if cid.isalnum() else ""
    return Attachment(kind="image", reference=reference, name=_text(image, "alt"))


def _link(external: Any) -> Attachment:
    address = _text(external, "uri")
    is_page = address.lower().startswith(("http://", "https://"))
    return Attachment(kind="link", reference=address if is_page else "", name=_text(external, "title"))


def _share(embed: Any) -> Attachment:
    return Attachment(kind="share", reference=page(shares(embed)))


def _thing(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any, name: str) -> str:
    found = _thing(value, name)
    return found if isinstance(found, str) else ""


def _list(value: Any, name: str) -> list[Any]:
    found = _thing(value, name)
    return found if isinstance(found, list) else []
