"""What Bluesky sends, and what we make of it to be parsed: as far as it matters here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
Did = Annotated[str, Meta(pattern=r"^did:[a-z]+:[A-Za-z0-9._:%-]{1,100}\Z")]
# As long as what the record of conversations has room for.
_URI = r"^at://did:[a-z]+:[A-Za-z0-9._:%-]+/[A-Za-z0-9.-]+/[A-Za-z0-9._:~-]+\Z"
Uri = Annotated[str, Meta(pattern=_URI, max_length=190)]
Id = Annotated[str, Meta(min_length=1, max_length=90)]


class Label(Struct, frozen=True, kw_only=True):
    """A word that somebody (`src`) has put on an account or a post."""

    val: str = ""
    src: str = ""


class Labels(Struct, frozen=True, kw_only=True):
    """What an author says of his own post."""

    values: tuple[Label, ...] = ()


class Viewer(Struct, frozen=True, kw_only=True, rename="camel"):
    """How it stands between us and an account, or a post."""

    blocking: str = ""
    blocked_by: bool = False
    reply_disabled: bool = False


class Person(Struct, frozen=True, kw_only=True, rename="camel"):
    """An account; its handle may change, its DID does not."""

    did: Did
    handle: str = ""
    display_name: str = ""
    labels: tuple[Label, ...] = ()
    viewer: Viewer = Viewer()

    @property
    def is_bot(self) -> bool:
        """Whether it says of itself that it is automated."""
        return any(label.val == "bot" and label.src == self.did for label in self.labels)

    @property
    def name(self) -> str:
        """What people read above its posts."""
        return self.display_name or self.handle or self.did


class Ref(Struct, frozen=True, kw_only=True):
    """A record as it was at a moment."""

    uri: Uri
    cid: Id


class Reply(Struct, frozen=True, kw_only=True):
    """Where a post stands in its thread."""

    root: Ref
    parent: Ref


class Slice(Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a text, by its bytes in UTF-8."""

    byte_start: int = 0
    byte_end: int = 0


class Feature(Struct, frozen=True, kw_only=True):
    """What a part of a text is: a mention (`did`) or a link (`uri`)."""

    did: str = ""
    uri: str = ""


class Facet(Struct, frozen=True, kw_only=True):
    """A part of a text that is more than its words."""

    index: Slice = Slice()
    features: tuple[Feature, ...] = ()


class Post(Struct, frozen=True, kw_only=True, rename="camel"):
    """The record of a post; `created_at` is what its author's program says."""

    text: str = ""
    created_at: str = ""
    facets: tuple[Facet, ...] = ()
    reply: Reply | None = None
    langs: tuple[str, ...] = ()
    embed: Any = None
    labels: Labels = Labels()


class Posted(Struct, frozen=True, kw_only=True, rename="camel"):
    """A post and its author: as a notification tells it (with a `reason`), or a search."""

    uri: Uri
    cid: Id
    author: Person
    record: Post
    indexed_at: Moment
    reason: str = ""
    viewer: Viewer = Viewer()


class Record(Struct, frozen=True, kw_only=True):
    """A post as it lies in its author's repository."""

    uri: Uri
    cid: Id
    value: Post


class Sender(Struct, frozen=True, kw_only=True):
    """Who wrote a direct message."""

    did: Did


class Message(Struct, frozen=True, kw_only=True, rename="camel"):
    """A direct message; one that was deleted has no text."""

    id: Id
    sender: Sender
    sent_at: Moment
    text: str | None = None
    facets: tuple[Facet, ...] = ()
    embed: Any = None


class Convo(Struct, frozen=True, kw_only=True, rename="camel"):
    """A conversation of two, or of a group."""

    id: Id
    members: tuple[Person, ...] = ()
    status: str = ""
    unread_count: int = 0


class Me(Struct, frozen=True, kw_only=True):
    """Our own account."""

    did: Did
    handle: str = ""


class Notified(Struct, frozen=True, kw_only=True, tag_field="type", tag="notification"):
    """Somebody mentioned, answered or quoted us; `answers` were given already, by a colleague."""

    me: Me
    post: Posted
    answers: tuple[Record, ...] = ()


class Own(Struct, frozen=True, kw_only=True, tag_field="type", tag="own"):
    """A post of our account, in answer to somebody, that Relais did not write."""

    me: Me
    post: Record


class Gone(Struct, frozen=True, kw_only=True, tag_field="type", tag="gone"):
    """A post that addressed us is not there any more."""

    uri: Uri
    root: Uri
    person: Did


class Direct(Struct, frozen=True, kw_only=True, tag_field="type", tag="direct"):
    """A direct message."""

    me: Me
    convo: Convo
    message: Message


class Found(Struct, frozen=True, kw_only=True, tag_field="type", tag="found"):
    """Posts that a search has found."""

    me: Me
    posts: tuple[Posted, ...]


Body = Notified | Own | Gone | Direct | Found


def posted_in(value: Any) -> Posted | None:
    """A post and its author, if that is one."""
    try:
        return msgspec.convert(value, Posted)
    except msgspec.ValidationError:
        return None


def record_in(value: Any) -> Record | None:
    """The record of a post, if that is one."""
    try:
        return msgspec.convert(value, Record)
    except msgspec.ValidationError:
        return None
