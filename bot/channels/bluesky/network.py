"""What is asked of the network in public, by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timezone
from typing import Any

import msgspec
from msgspec import Struct

from bot.channels.bluesky.api import Api
from bot.channels.bluesky.keys import POST, is_ours, owner, split
from bot.channels.bluesky.line import Doubtful, Json, Query, Refusal
from bot.channels.bluesky.parse import REASONS
from bot.channels.bluesky.wire import record_in
from bot.channels.reading import field, text
from bot.errors import DeliveryLater

# As many as one request may ask for.
PAGE, POSTS_AT_ONCE = "100", 25
# Beyond that nothing is looked for: five thousand notifications, a thousand posts found.
MOST_PAGES, MOST_PAGES_FOUND = 50, 10


class Page(Struct, frozen=True, kw_only=True):
    """Notifications, the newest first; up to `seen` they were taken in, if the network knows."""

    items: list[Json]
    seen: datetime | None


class Network:
    """The public side of the network, for one account."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def notifications(self, *, most: int = MOST_PAGES) -> AsyncIterator[Page]:
        """Page after page downward; old servers tell of likes and the like, too."""
        cursor = ""
        for _ in range(most):
            query = [*_paged(cursor), *(("reasons", each) for each in sorted(REASONS))]
            told = await self._api.get("app.bsky.notification.listNotifications", query)
            yield Page(items=listed(told, "notifications"), seen=moment(text(told, "seenAt")))
            cursor = text(told, "cursor")
            if not cursor:
                return

    async def see(self, until: datetime) -> None:
        """Let the network remember up to where notifications were taken in."""
        await self._api.post("app.bsky.notification.updateSeen", {"seenAt": iso(until)})

    async def colleagues(self, did: str, after: str) -> list[Json]:
        """What was written with other programs after a key, the oldest first.

        A repository tells its newest records first, by their keys; ours come behind all others.
        """
        query = [("repo", did), ("collection", POST), *_paged("")]
        told = listed(await self._api.get("com.atproto.repo.listRecords", query), "records")
        found = [(key[1], each) for each in told if record_in(each) and (key := split(each["uri"]))]
        return [each for key, each in reversed(found) if key > after and not is_ours(key)]

    async def posts(self, uris: Iterable[str]) -> dict[str, Json]:
        """Posts as they are now, by their addresses; those that are gone are missing."""
        wanted = list(dict.fromkeys(uris))
        found: dict[str, Json] = {}
        for place in range(0, len(wanted), POSTS_AT_ONCE):
            query = [("uris", uri) for uri in wanted[place : place + POSTS_AT_ONCE]]
            told = await self._api.get("app.bsky.feed.getPosts", query)
            found |= {text(each, "uri"): each for each in listed(told, "posts")}
        return found

    async def search(self, words: str, since: datetime) -> AsyncIterator[list[Json]]:
        """Posts since a moment in which the network finds these words, page after page."""
        cursor = ""
        for _ in range(MOST_PAGES_FOUND):
            query = [("q", words), ("sort", "latest"), ("since", iso(since)), *_paged(cursor)]
            told = await self._api.get("app.bsky.feed.searchPosts", query)
            yield listed(told, "posts")
            cursor = text(told, "cursor")
            if not cursor:
                return

    async def is_marked_as_bot(self, did: str) -> bool | None:
        """Whether people are told that we are automated; None where the server cannot tell."""
        try:
            told = await self._api.get("app.bsky.actor.getProfile", [("actor", did)])
        except Refusal:
            return None
        labels = listed({"labels": [], **told}, "labels") if isinstance(told, dict) else []
        return any(text(each, "val") == "bot" and text(each, "src") == did for each in labels)

    async def did_of(self, handle: str) -> str:
        """The account with a handle; raises `Refusal` where there is none."""
        told = await self._api.get("com.atproto.identity.resolveHandle", [("handle", handle)])
        return text(told, "did")

    async def publish(self, did: str, key: str, record: Json) -> str:
        """File a post under a key, and tell its address; the same again changes nothing.

        Servers tell in many ways that there is such a record, some as an error of their own: after
        whatever leaves a doubt one looks.
        """
        values = {"repo": did, "collection": POST, "rkey": key, "record": record}
        try:
            told = await self._api.post("com.atproto.repo.createRecord", values)
        except (Doubtful, Refusal) as error:
            if isinstance(error, Refusal) and not _is_there(error):
                raise
            uri = await self._published(did, key)
            if uri:
                return uri
            if isinstance(error, Doubtful):
                raise
            raise DeliveryLater(str(error)) from None
        uri = text(told, "uri")
        if not owner(uri):
            raise DeliveryLater("Bluesky: the answer names no post")
        return uri

    async def _published(self, did: str, key: str) -> str:
        query = [("repo", did), ("collection", POST), ("rkey", key)]
        try:
            return text(await self._api.get("com.atproto.repo.getRecord", query), "uri")
        except Refusal:
            return ""


def _is_there(error: Refusal) -> bool:
    return error.name in ("RecordAlreadyExists", "409") or "already exists" in error.reason.lower()


def moment(told: str) -> datetime | None:
    """A moment as the network tells it."""
    try:
        found = msgspec.convert(told, datetime)
        return found.astimezone(timezone.utc) if found.tzinfo else None
    except (msgspec.ValidationError, OverflowError):
        return None


def iso(when: datetime) -> str:
    """A moment as the network wants to be told."""
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _paged(cursor: str) -> Query:
    return [("limit", PAGE), *([("cursor", cursor)] if cursor else [])]


def listed(told: Any, name: str) -> list[Json]:
    """The objects in a list that must be there."""
    found = field(told, name)
    if not isinstance(found, list):
        raise DeliveryLater(f"Bluesky: the answer has no {name}")
    return [each for each in found if isinstance(each, dict)]
