"""What a forum tells of posts, as far as it matters here.

Two serializers of Discourse write them (app/serializers/post_serializer.rb, and
web_hook_post_serializer.rb for webhooks); they differ in what is optional here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Raw, Struct

Number = Annotated[int, Meta(ge=1, le=10**15)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]

PRIVATE = "private_message"
# Of `post_type`: what people say, and what moderators say as such. Others are small signs ("closed
# this topic") and whispers, which only staff may read.
SPOKEN = (1, 2)


class Person(Struct, frozen=True, kw_only=True):
    """Whom a post answers."""

    username: str = ""


class Post(Struct, frozen=True, kw_only=True):
    """A post; `version` counts its edits from 1, but for those of the first minutes."""

    id: Number
    topic_id: Number
    post_number: Number
    username: Name
    created_at: datetime
    user_id: int = 0
    name: str | None = None
    updated_at: datetime | None = None
    post_type: int = 1
    version: int = 1
    raw: str | None = None
    topic_title: str | None = None
    topic_archetype: str | None = None
    category_id: int | None = None
    reply_to_post_number: Number | None = None
    reply_to_user: Person | None = None
    deleted_at: datetime | None = None
    user_deleted: bool = False
    moderator: bool = False
    admin: bool = False
    staff: bool = False
    primary_group_name: str | None = None

    @property
    def message_id(self) -> str:
        """Its topic and its number there: all that answering it needs."""
        return message_id(self.topic_id, self.post_number)

    @property
    def is_deleted(self) -> bool:
        """Whether anybody took it away; its author's own words are replaced then."""
        return self.user_deleted or self.deleted_at is not None


class Body(Struct, frozen=True, kw_only=True):
    """What one body holds.

    `post` came by webhook. Lists of posts were fetched: the latest ones of all, those of the account's
    private messages (both as the forum names them), and those that a search found. What was written
    before `since` is in them for its edits, or because it was deleted.
    """

    post: Post | None = None
    ping: str | None = None
    latest_posts: tuple[Raw, ...] | None = None
    private_posts: tuple[Raw, ...] | None = None
    found_posts: tuple[Raw, ...] | None = None
    since: datetime | None = None


def message_id(topic: int, number: int) -> str:
    """How a post is named in Relais."""
    return f"{topic}/{number}"
