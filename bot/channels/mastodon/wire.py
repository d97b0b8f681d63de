"""What Mastodon sends, and what we make of it to be parsed: as far as it matters here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

Json = dict[str, Any]
Moment = Annotated[datetime, Meta(tz=True)]
Id = Annotated[str, Meta(min_length=1)]


class Person(Struct, frozen=True, kw_only=True):
    """An account; `acct` is its name, with its instance where that is another."""

    id: Id
    acct: Id
    username: str = ""
    display_name: str = ""
    bot: bool = False


class Mention(Struct, frozen=True, kw_only=True):
    """Somebody whom a status mentions, and the address of the link that does."""

    id: Id
    acct: Id
    username: str = ""
    url: str = ""


class Media(Struct, frozen=True, kw_only=True):
    """A picture, a video, a sound or what Mastodon does not know; its description is for the blind."""

    type: str = "unknown"
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One answer of a poll."""

    title: str = ""


class Poll(Struct, frozen=True, kw_only=True):
    """A poll within a status."""

    options: tuple[Choice, ...] = ()


class Application(Struct, frozen=True, kw_only=True):
    """The program that a status was written with; Mastodon tells it of our own ones."""

    name: str = ""


class Status(Struct, frozen=True, kw_only=True):
    """A status."""

    id: Id
    account: Person
    created_at: Moment
    content: str = ""
    visibility: str = "public"
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    spoiler_text: str = ""
    language: str | None = None
    mentions: tuple[Mention, ...] = ()
    media_attachments: tuple[Media, ...] = ()
    poll: Poll | None = None
    application: Application | None = None
    edited_at: Moment | None = None
    replies_count: int = 0
    url: str | None = None

    @property
    def is_direct(self) -> bool:
        """Whether only those whom it mentions can see it."""
        return self.visibility == "direct"

    @property
    def is_public(self) -> bool:
        """Whether everybody can see it."""
        return self.visibility in ("public", "unlisted")

    def is_by(self, person: str) -> bool:
        """Whether the account with this id wrote it."""
        return self.account.id == person


class Me(Struct, frozen=True, kw_only=True):
    """Our own account, and the instance that it is on."""

    id: Id
    username: Id
    host: str

    @property
    def names(self) -> frozenset[str]:
        """What others call it by, in lower case."""
        name = self.username.lower()
        return frozenset({name, f"{name}@{self.host.lower()}"})


class Mentioned(Struct, frozen=True, kw_only=True, tag_field="type", tag="mention"):
    """Somebody mentioned us.

    `root` is the first status of the thread, empty for a direct one. `answers` were given already,
    by a colleague and not by us.
    """

    me: Me
    root: str
    status: Status
    answers: tuple[Status, ...] = ()


class Found(Struct, frozen=True, kw_only=True, tag_field="type", tag="found"):
    """Somebody speaks of the brand in public, and not to us."""

    me: Me
    root: str
    status: Status


class Edited(Struct, frozen=True, kw_only=True, tag_field="type", tag="edited"):
    """Somebody has edited a status that mentions us."""

    me: Me
    root: str
    status: Status


class Deleted(Struct, frozen=True, kw_only=True, tag_field="type", tag="deleted"):
    """Somebody has deleted a status that mentioned us: no more of it than was remembered."""

    id: Id
    root: str
    visibility: str
    acct: Id


class Own(Struct, frozen=True, kw_only=True, tag_field="type", tag="own"):
    """A status of our account that Relais did not write, in answer to `acct`."""

    me: Me
    root: str
    status: Status
    acct: Id


Body = Mentioned | Found | Edited | Deleted | Own
