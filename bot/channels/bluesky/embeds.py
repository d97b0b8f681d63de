"""What is attached to a post or a direct message, in our words. Pure.

What an attachment is stands in `$type`; new kinds come now and then, and are told as unknown.
"""

from __future__ import annotations

from typing import Any

from bot.channels.bluesky.keys import page
from bot.channels.reading import field, text, things
from bot.messages import Attachment

# As the official client shows pictures.
PICTURE = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"


def attachments(embed: Any, author: str, where: str) -> tuple[Attachment, ...]:
    """The attachments of what `author` wrote; `where` is the address of the post, if it has one."""
    kind = text(embed, "$type").partition("#")[0]
    if kind == "app.bsky.embed.images":
        return tuple(_image(each, author) for each in things(embed, "images"))
    if kind == "app.bsky.embed.video":
        return (Attachment(kind="video", reference=where, name=text(embed, "alt")),)
    if kind == "app.bsky.embed.external":
        return (_link(field(embed, "external")),)
    if kind == "app.bsky.embed.record":
        return (_share(embed),)
    if kind == "app.bsky.embed.recordWithMedia":
        media = attachments(field(embed, "media"), author, where)
        return (*media, _share(field(embed, "record")))
    return (Attachment(kind="unknown", reference=where),) if kind else ()


def shares(embed: Any) -> str:
    """The address of the post that is quoted; empty where none is."""
    record = field(embed, "record")
    return text(record, "uri") or text(field(record, "record"), "uri")


def _image(image: Any, author: str) -> Attachment:
    cid = text(field(field(image, "image"), "ref"), "$link")
    reference = PICTURE.format(did=author, cid=cid) if cid.isalnum() else ""
    return Attachment(kind="image", reference=reference, name=text(image, "alt"))


def _link(external: Any) -> Attachment:
    address = text(external, "uri")
    is_page = address.lower().startswith(("http://", "https://"))
    return Attachment(kind="link", reference=address if is_page else "", name=text(external, "title"))


def _share(embed: Any) -> Attachment:
    return Attachment(kind="share", reference=page(shares(embed)))
