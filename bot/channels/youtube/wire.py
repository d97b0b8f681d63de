"""What YouTube says of comments, and what we make of it to be parsed: as far as it matters here.

https://developers.google.com/youtube/v3/docs/comments
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from bot.channels.reading import field, text

Json = dict[str, Any]
Moment = Annotated[datetime, Meta(tz=True)]
Id = Annotated[str, Meta(min_length=1)]


class Author(Struct, frozen=True, kw_only=True):
    """The channel of who wrote a comment."""

    value: str = ""


class Snippet(Struct, frozen=True, kw_only=True, rename="camel"):
    """What is known of a comment; the original text only of our own ones."""

    published_at: Moment
    updated_at: Moment | None = None
    author_channel_id: Author | None = None
    author_display_name: str = ""
    text_display: str = ""
    text_original: str | None = None
    moderation_status: str | None = None
    image_url: str | None = None


class Comment(Struct, frozen=True, kw_only=True):
    """A comment, at the top of a thread or below it."""

    id: Id
    snippet: Snippet

    @property
    def person(self) -> str:
        """Who wrote it: a channel; of one that is gone, the comment stands for its author."""
        author = self.snippet.author_channel_id
        return (author.value if author else "") or self.id

    @property
    def is_shown(self) -> bool:
        """Whether everybody can read it: not held for review, taken for spam or rejected."""
        return self.snippet.moderation_status in (None, "", "published")

    @property
    def edited_at(self) -> datetime | None:
        """When its author last changed it, if he did."""
        updated = self.snippet.updated_at
        return updated if updated and updated > self.snippet.published_at else None


class Thread(Struct, frozen=True, kw_only=True):
    """A comment at the top, and of the replies below it as many as came along."""

    top: Comment
    replies: tuple[Comment, ...]
    total: int
    video: str


class Body(Struct, frozen=True, kw_only=True, tag_field="type", tag="thread"):
    """A thread in which something happened; what is older than `since` is only there to be understood."""

    since: Moment
    video: str
    top: Comment
    replies: tuple[Comment, ...]


def thread_in(value: Any) -> Thread | None:
    """A thread as `commentThreads.list` gives it, if that is one."""
    snippet = field(value, "snippet")
    top, total = comment_in(field(snippet, "topLevelComment")), field(snippet, "totalReplyCount")
    if top is None:
        return None
    replies = comments_in(field(field(value, "replies"), "comments"))
    video = text(snippet, "videoId")
    return Thread(top=top, replies=replies, total=total if isinstance(total, int) else 0, video=video)


def comments_in(value: Any) -> tuple[Comment, ...]:
    """Those in a list that are comments."""
    read = map(comment_in, value) if isinstance(value, list) else ()
    return tuple(comment for comment in read if comment)


def comment_in(value: Any) -> Comment | None:
    """A comment, if that is one."""
    try:
        return msgspec.convert(value, Comment)
    except msgspec.ValidationError:
        return None
