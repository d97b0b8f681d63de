"""Comments of an account, as its history tells them. Mentions elsewhere are not in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from bot.channels.meta.graph import Graph
from bot.channels.meta.history import is_since, milliseconds, notification, pages, rest_of
from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, thing, things

# Posts in one answer, and answers: comments below older posts are seldom, and not looked for. Whoever asks
# for much at once is refused ("Please reduce the amount of data"), each time anew.
POSTS, MOST_PAGES = "25", 4
_WORDS = "id,text,timestamp,from,username,parent_id"
_COMMENT = f"{_WORDS},replies.limit(50){{{_WORDS}}}"
_QUERY = {"fields": _COMMENT, "limit": "50"}
_MEDIA = f"id,media_product_type,comments.limit(50){{{_COMMENT}}}"


async def comments(graph: Graph, account: str, since: datetime) -> AsyncIterator[bytes]:
    """What was written below the latest posts since then: a body for each post."""
    async for answer in pages(graph, f"{account}/media", MOST_PAGES, fields=_MEDIA, limit=POSTS):
        for media in things(answer, "data"):
            path = f"{identifier(media, 'id')}/comments"
            told = thing(media, "comments")
            found = await rest_of(graph, path, told, since, "timestamp", **_QUERY)
            said = [each for each in _with_replies(found) if is_since(each, "timestamp", since)]
            if said:
                values = (_value(each, media) for each in sorted(said, key=_when))
                changes = [{"field": "comments", "value": value} for value in values]
                yield notification("instagram", account, changes=changes)


def _with_replies(found: list[Json]) -> Iterator[Json]:
    for comment in found:
        yield comment
        for reply in things(thing(comment, "replies"), "data"):
            yield {"parent_id": identifier(comment, "id"), **reply}


def _when(comment: Json) -> int:
    return milliseconds(comment, "timestamp") or 0


def _value(comment: Json, media: Json) -> Json:
    author = {"username": text(comment, "username"), **thing(comment, "from")}
    return {
        "id": identifier(comment, "id"),
        "text": text(comment, "text"),
        "timestamp": milliseconds(comment, "timestamp"),
        "from": author,
        "parent_id": identifier(comment, "parent_id"),
        "media": {"id": identifier(media, "id"), "media_product_type": text(media, "media_product_type")},
    }
