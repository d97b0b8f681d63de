"""Comments and visitors' posts of a Page, as its history tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from bot.channels.meta.graph import Graph
from bot.channels.meta.history import is_since, milliseconds, notification, pages, rest_of
from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, thing, things

# Posts in one answer, and answers: comments below older posts are seldom, and not looked for. Whoever asks
# for much at once is refused ("Please reduce the amount of data"), each time anew.
POSTS, MOST_PAGES = "25", 4
_COMMENT = "id,from,message,created_time,parent{id},attachment"
_QUERY = {"filter": "stream", "order": "reverse_chronological", "limit": "100", "fields": _COMMENT}
_COMMENTS = f"comments.filter(stream).order(reverse_chronological).limit(25){{{_COMMENT}}}"
_POST = f"id,from,message,created_time,{_COMMENTS}"


async def feed(graph: Graph, page: str, since: datetime) -> AsyncIterator[bytes]:
    """What was written below the latest posts since then, and by visitors: a body for each post."""
    async for answer in pages(graph, f"{page}/feed", MOST_PAGES, fields=_POST, limit=POSTS):
        for post in things(answer, "data"):
            values = [*_visitors(post, since), *await _comments(graph, post, since)]
            if values:
                changes = [{"field": "feed", "value": value} for value in values]
                yield notification("page", page, changes=changes)


def _visitors(post: Json, since: datetime) -> list[Json]:
    """The post, which is no customer's where the Page itself wrote it: that is left to who reads it."""
    if not is_since(post, "created_time", since):
        return []
    return [{**_said(post), "item": "status", "post_id": identifier(post, "id")}]


async def _comments(graph: Graph, post: Json, since: datetime) -> list[Json]:
    number = identifier(post, "id")
    path = f"{number}/comments"
    found = await rest_of(graph, path, thing(post, "comments"), since, "created_time", **_QUERY)
    return [_comment(each, number) for each in reversed(found) if is_since(each, "created_time", since)]


def _comment(comment: Json, post: str) -> Json:
    parent = identifier(thing(comment, "parent"), "id") or post
    value = {**_said(comment), "item": "comment", "post_id": post, "parent_id": parent}
    return {**value, "comment_id": identifier(comment, "id"), **_attached(thing(comment, "attachment"))}


def _said(told: Json) -> dict[str, object]:
    return {
        "verb": "add",
        "from": thing(told, "from"),
        "message": text(told, "message"),
        "created_time": milliseconds(told, "created_time"),
    }


def _attached(attachment: Json) -> dict[str, str]:
    """A picture, a film or a link, under the names that webhooks give them."""
    kind, url = text(attachment, "type"), text(attachment, "url")
    image = text(thing(thing(attachment, "media"), "image"), "src")
    if "video" in kind:
        return {"video": url or image}
    if image and kind != "share":
        return {"photo": image}
    return {"link": url} if url else {}
