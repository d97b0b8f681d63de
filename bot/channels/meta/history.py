"""What the Graph API tells of the past, in the form of its webhooks, so that the same code reads both.

Page Conversations and Instagram's, their messages, and comments (Graph API reference, 2026): what is
newest comes first, conversations cannot be asked for by time, and of each the 20 latest messages can
be read.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.channels.meta.graph import Graph
from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, thing, things

# Conversations in one answer, with their messages; and messages that are told of each.
TALKS, MESSAGES = "50", "20"
# More answers than this are never asked for at once: that would be thousands of conversations.
MOST_PAGES = 40
# A text of ours may be told of here before our own request has got its answer.
SETTLED = timedelta(minutes=2)
_ATTACHMENTS = "attachments{mime_type,name,file_url,image_data,video_data}"
_MESSAGE = f"id,created_time,from,to,message,sticker,{_ATTACHMENTS}"
_TALK = f"id,updated_time,messages.limit({MESSAGES}){{{_MESSAGE}}}"
_TIME = "%Y-%m-%dT%H:%M:%S%z"


async def pages(graph: Graph, path: str, most: int = MOST_PAGES, **query: str) -> AsyncIterator[Json]:
    """Answers of a list, one after the other. The address of the next one is not used: it holds the token."""
    answer: Json | None = await graph.ask(path, **query)
    while answer is not None:
        yield answer
        most -= 1
        answer = await next_page(graph, path, answer, **query) if most else None


async def next_page(graph: Graph, path: str, answer: Json, **query: str) -> Json | None:
    """What comes behind an answer, if anything."""
    paging = thing(answer, "paging")
    after = text(thing(paging, "cursors"), "after")
    if not after or not text(paging, "next"):
        return None
    return await graph.ask(path, **query, after=after)


async def rest_of(
    graph: Graph, path: str, told: Json, since: datetime, name: str, **query: str
) -> list[Json]:
    """A list whose beginning was told already, the newest first, until it reaches `since`."""
    found, answer = [], told
    for _ in range(MOST_PAGES):
        page = list(things(answer, "data"))
        found += page
        if not page or not is_since(page[-1], name, since):
            break
        more = await next_page(graph, path, answer, **query)
        if more is None:
            break
        answer = more
    return found


async def talks(
    graph: Graph, node: str, platform: str, *, kind: str, own: str, since: datetime, now: datetime
) -> AsyncIterator[bytes]:
    """Private conversations in which something was said since then, a body for each.

    `kind` and `own` are what webhooks call the account.
    """
    path = f"{node}/conversations"
    async for answer in pages(graph, path, platform=platform, fields=_TALK, limit=TALKS):
        for talk in things(answer, "data"):
            if not is_since(talk, "updated_time", since):
                return
            said = [m for m in things(thing(talk, "messages"), "data") if is_since(m, "created_time", since)]
            items = [item for message in reversed(said) for item in _items(message, own, now)]
            if items:
                yield notification(kind, own, messaging=items)


def notification(kind: str, own: str, **content: Iterable[Json]) -> bytes:
    """A body as a webhook brings it."""
    return json.dumps({"object": kind, "entry": [{"id": own, **content}]}).encode()


def is_since(told: Json, name: str, since: datetime) -> bool:
    """Whether a thing happened at that moment or later; what has no time is taken for new."""
    at = told_at(told, name)
    return at is None or at >= since.replace(microsecond=0)  # Meta tells whole seconds


def told_at(told: Json, name: str) -> datetime | None:
    """A moment as the Graph API writes it."""
    try:
        return datetime.strptime(text(told, name), _TIME).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def milliseconds(told: Json, name: str) -> int | None:
    """The same as webhooks write it."""
    at = told_at(told, name)
    return int(at.timestamp() * 1000) if at else None


def _items(message: Json, own: str, now: datetime) -> Iterator[Json]:
    """A message; one of ours as an echo, unless it has hardly been sent."""
    sender, mid = identifier(thing(message, "from"), "id"), identifier(message, "id")
    others = (identifier(each, "id") for each in things(thing(message, "to"), "data"))
    person = next((each for each in others if each != own), "") if sender == own else sender
    if not mid or not person:
        return
    at = told_at(message, "created_time")
    if sender == own and (at is None or at > now - SETTLED):
        return
    content: dict[str, Any] = {"mid": mid, "text": text(message, "message")}
    if attached := list(_attachments(message)):
        content["attachments"] = attached
    if sender == own:
        content["is_echo"] = True
    recipient = person if sender == own else own
    yield {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": milliseconds(message, "created_time"),
        "message": content,
    }


def _attachments(message: Json) -> Iterator[Json]:
    sticker = text(message, "sticker")
    if sticker:
        yield {"type": "image", "payload": {"url": sticker, "sticker_id": sticker}}
    for each in things(thing(message, "attachments"), "data"):
        image, film = (text(thing(each, name), "url") for name in ("image_data", "video_data"))
        kind = "image" if image else "video" if film else _kind(text(each, "mime_type"))
        url = image or film or text(each, "file_url")
        yield {"type": kind, "title": text(each, "name"), "payload": {"url": url}}


def _kind(mime_type: str) -> str:
    major = mime_type.partition("/")[0]
    return major if major in ("image", "video", "audio") else "file"
