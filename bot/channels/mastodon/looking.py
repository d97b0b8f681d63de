"""Looks at what is already there: mentions of this account once more, and others' posts about the brand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from bot.channels.mastodon.api import Api
from bot.channels.mastodon.bodies import Bodies
from bot.channels.mastodon.instance import Instance, page_of
from bot.channels.mastodon.memory import Memory, order
from bot.channels.mastodon.wire import Json
from bot.errors import AccountStopped, DeliveryRefused

# What is asked for at once of a timeline or a search, as much as there is.
PAGE = "40"
# More answers than this are never asked for at once.
MOST_PAGES = 25


class Looking:
    """What the instance tells who asks: newest first, until it was said before `since`."""

    def __init__(self, api: Api, instance: Instance, memory: Memory, search: str) -> None:
        self._api = api
        self._instance = instance
        self._memory = memory
        self._search = search

    async def history(self, since: datetime) -> AsyncIterator[bytes]:
        """Mentions since then, but for those that this process has stored itself."""
        bodies = await self._bodies()
        for notification in reversed([each async for each in self._mentions(since)]):
            if not self._memory.is_taken(notification["id"]):
                body = await bodies.mention(notification, missed=True)
                if body is not None:
                    yield body

    async def found(self, since: datetime) -> AsyncIterator[bytes]:
        """Public posts since then that hold the words, or the hashtag."""
        bodies = await self._bodies()
        for told in reversed([each async for each in self._posts(since)]):
            body = await bodies.found(told)
            if body is not None:
                yield body

    async def _bodies(self) -> Bodies:
        me, _ = await self._instance.me()
        return Bodies(self._instance, self._memory, me, await self._instance.application())

    async def _mentions(self, since: datetime) -> AsyncIterator[Json]:
        before: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._instance.mentions_before(before)
            for notification in reversed(page):
                if _is_before(notification, since):
                    return
                yield notification
            if not page or page[0]["id"] == before:
                return
            before = page[0]["id"]

    async def _posts(self, since: datetime) -> AsyncIterator[Json]:
        before: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(before)
            for told in reversed(page):
                if _is_before(told, since):
                    return
                yield told
            if not page or (before is not None and order(page[0]["id"]) >= order(before)):
                return
            before = page[0]["id"]

    async def _page(self, before: str | None) -> list[Json]:
        """In the order of their numbers. Our token is good, as it has just told who we are."""
        query = {"limit": PAGE, **({"max_id": before} if before else {})}
        try:
            if self._search.startswith("#"):
                tag = self._search.removeprefix("#")
                return page_of(await self._api.get(f"/api/v1/timelines/tag/{tag}", query))
            words = {"q": self._search, "type": "statuses", "resolve": "false"}
            told = await self._api.get("/api/v2/search", {**words, **query})
        except AccountStopped as exc:
            raise DeliveryRefused(f"{exc} (a search needs the scope read:search)") from None
        return page_of(told.get("statuses", []) if isinstance(told, dict) else [])


def _is_before(told: Json, since: datetime) -> bool:
    at = _created_at(told)
    return at is not None and at < since


def _created_at(told: Json) -> datetime | None:
    value: Any = told.get("created_at")
    try:
        at = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return at if at.tzinfo else None
