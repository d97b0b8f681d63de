"""Posts in the two forms in which X writes them, read into one. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct

from bot.channels.reading import Json, text, thing, things
from bot.channels.x.plain import plain_text, without_name
from bot.channels.x.reading import identifier, moment, whole
from bot.messages import Attachment

LANGUAGE = re.compile(r"[a-z]{2}(?![a-z])")
# By X's names.
KINDS = {"animated_gif": "animation"}
AUTOMATED = "Automated"
# The names that X puts before an answer, where it does not say where they end.
NAMES = re.compile(r"(?:@\w{1,20}\s+)+", re.ASCII)


class Person(Struct, frozen=True, kw_only=True):
    """Who wrote; `is_automated` says that the account bears X's label for bots."""

    id: str
    name: str = ""
    username: str = ""
    is_automated: bool = False


class Post(Struct, frozen=True, kw_only=True):
    """What is read of a post.

    `first` is its first version, where it was edited. `root` is the post at the head of the thread,
    `answered` who is answered where X says so, `leading` who is named first before the text, `mentioned`
    who is named, `in_copy` who is named only because X puts there who took part before.
    """

    id: str
    first: str
    author: Person
    root: str
    parent: str
    answered: str
    leading: str
    text: str
    sent_at: datetime | None
    language: str | None
    attachments: tuple[Attachment, ...]
    mentioned: frozenset[str]
    in_copy: frozenset[str]
    quoted: str
    is_repost: bool


class Included:
    """What X puts beside posts: their authors, their media, and the posts that they refer to."""

    def __init__(self, includes: Json) -> None:
        self._people = {identifier(each, "id"): each for each in map(_bare, things(includes, "users"))}
        self._media = {identifier(each, "media_key"): each for each in things(includes, "media")}
        self._polls = {identifier(each, "id"): each for each in things(includes, "polls")}
        self._authors = {
            identifier(each, "id"): identifier(each, "author_id")
            for each in map(_bare, things(includes, "tweets"))
        }

    def person(self, number: str) -> Person:
        """Who somebody is, as far as it is told."""
        return person_of(self._people.get(number, {}), number)

    def author(self, post: str) -> str:
        """Who wrote a post that is referred to; empty where that is not told."""
        return self._authors.get(post, "")

    def attachments(self, holder: Json) -> tuple[Attachment, ...]:
        """What hangs below a post or a message."""
        names = thing(holder, "attachments")
        keys = _texts(names, "media_keys")
        media = [_attachment(self._media.get(key, {"media_key": key})) for key in keys]
        polls = [_poll(self._polls.get(key, {})) for key in _texts(names, "poll_ids")]
        return (*media, *polls)


def new_post(told: Json, included: Included, own: str, own_name: str) -> Post | None:
    """A post as the second version of the API writes it; None where it has no number or author.

    `own` is the account that reads it, and `own_name` its name, empty where that is not known.
    """
    number, author = identifier(told, "id"), identifier(told, "author_id")
    if not number or not author:
        return None
    referred = {text(each, "type"): identifier(each, "id") for each in things(told, "referenced_tweets")}
    parent = referred.get("replied_to", "") or identifier(told, "in_reply_to_tweet_id")
    quoted = referred.get("quoted", "")
    long = thing(told, "note_tweet")
    entities = thing(long, "entities") or thing(told, "entities")
    words = text(long, "text") or text(told, "text")
    start = _start(told, words) if parent else 0
    mentions = [(identifier(each, "id"), whole(each, "end")) for each in things(entities, "mentions")]
    names = {identifier(each, "id"): text(each, "username") for each in things(entities, "mentions")}
    versions = _texts(told, "edit_history_tweet_ids")
    return Post(
        id=number,
        first=versions[0] if versions and number in versions else number,
        author=included.person(author),
        root=identifier(told, "conversation_id") or parent or number,
        parent=parent,
        answered=identifier(told, "in_reply_to_user_id") or included.author(parent),
        leading=_first(mentions, start),
        text=_said(words, start, things(entities, "urls"), quoted, own_name or names.get(own, "")),
        sent_at=moment(told, "created_at"),
        language=_language(told),
        attachments=(*included.attachments(told), *_shared(quoted)),
        mentioned=frozenset(each for each, _ in mentions if each),
        in_copy=_in_copy(mentions, start),
        quoted=included.author(quoted),
        is_repost="retweeted" in referred,
    )


def old_post(told: Json, root_of: Callable[[str, str], str], own_name: str) -> Post | None:
    """A post as the first version of the API writes it, which does not tell its thread."""
    number, author = identifier(told, "id_str"), person_of(thing(told, "user"), "")
    if not number or not author.id:
        return None
    parent, quoted = identifier(told, "in_reply_to_status_id_str"), thing(told, "quoted_status")
    whole_one = thing(told, "extended_tweet") or told
    entities = thing(whole_one, "entities")
    words = text(whole_one, "full_text") or text(told, "full_text") or text(told, "text")
    start = _start(whole_one, words) if parent else 0
    mentions = [(identifier(each, "id_str"), _end(each)) for each in things(entities, "user_mentions")]
    media = things(thing(whole_one, "extended_entities") or thing(told, "extended_entities"), "media")
    urls = (*things(entities, "urls"), *things(entities, "media"))
    return Post(
        id=number,
        first=number,
        author=author,
        root=identifier(told, "conversation_id_str") or root_of(number, parent),
        parent=parent,
        answered=identifier(told, "in_reply_to_user_id_str"),
        leading=_first(mentions, start),
        text=_said(words, start, urls, identifier(quoted, "id_str"), own_name),
        sent_at=moment(told, "created_at"),
        language=_language(told),
        attachments=(*map(old_attachment, media), *_shared(identifier(quoted, "id_str"))),
        mentioned=frozenset(each for each, _ in mentions if each),
        in_copy=_in_copy(mentions, start),
        quoted=person_of(thing(quoted, "user"), "").id,
        is_repost=bool(thing(told, "retweeted_status")),
    )


def person_of(told: Json, number: str) -> Person:
    """Who somebody is, in either form."""
    bare = _bare(told)
    return Person(
        id=number or identifier(bare, "id_str", "id"),
        name=text(bare, "name"),
        username=text(bare, "username") or text(bare, "screen_name"),
        is_automated=text(thing(bare, "affiliation"), "description") == AUTOMATED,
    )


def old_attachment(media: Json) -> Attachment:
    """A picture or a film in the old form."""
    kind = text(media, "type") or "unknown"
    return Attachment(
        kind=KINDS.get(kind, kind),
        reference=text(media, "media_url_https") or text(media, "media_url"),
        name=text(media, "ext_alt_text"),
    )


def _bare(told: Json) -> Json:
    """X wraps some of its objects once more."""
    return thing(told, "data") or told


def _said(words: str, start: int, urls: Iterable[Json], quoted: str, own_name: str) -> str:
    return without_name(plain_text(words[start:], urls, quoted=quoted), own_name)


def _start(told: Json, words: str) -> int:
    """Where the text begins, behind the names that X puts before an answer.

    Where X does not say so, all names there are taken for such: who is only in copy is not addressed.
    """
    told_range = told.get("display_text_range")
    start = told_range[0] if isinstance(told_range, list) and told_range else None
    if type(start) is int:
        return max(start, 0)
    names = NAMES.match(words)
    return names.end() if names else 0


def _end(mention: Json) -> int:
    indices = mention.get("indices")
    end = indices[1] if isinstance(indices, list) and len(indices) == 2 else 0
    return end if type(end) is int else 0


def _first(mentions: Iterable[tuple[str, int]], start: int) -> str:
    """Who is named first before the text, which mostly is who is answered; empty where nobody is."""
    return next((number for number, end in sorted(mentions, key=_end_of) if 0 < end <= start), "")


def _end_of(mention: tuple[str, int]) -> int:
    return mention[1]


def _in_copy(mentions: Iterable[tuple[str, int]], start: int) -> frozenset[str]:
    """Who is named before the text only."""
    mentions = list(mentions)
    within = {number for number, end in mentions if end > start}
    return frozenset(number for number, _ in mentions if number and number not in within)


def _texts(holder: Json, name: str) -> list[str]:
    value = holder.get(name)
    return [each for each in (value if isinstance(value, list) else ()) if isinstance(each, str) and each]


def _language(told: Json) -> str | None:
    found = LANGUAGE.match(text(told, "lang"))
    return found.group() if found else None


def _attachment(media: Json) -> Attachment:
    kind = text(media, "type") or "media"
    return Attachment(
        kind=KINDS.get(kind, kind),
        reference=text(media, "url") or text(media, "preview_image_url") or text(media, "media_key"),
        name=text(media, "alt_text"),
    )


def _poll(poll: Json) -> Attachment:
    return Attachment(kind="poll", name=" / ".join(text(each, "label") for each in things(poll, "options")))


def _shared(quoted: str) -> tuple[Attachment, ...]:
    return (Attachment(kind="share", reference=f"https://x.com/i/web/status/{quoted}"),) if quoted else ()
