"""What is asked of an instance, by name."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.channels.mastodon.api import Api
from bot.channels.mastodon.memory import order
from bot.channels.mastodon.wire import Json, Me, Status
from bot.channels.reading import field, text
from bot.errors import AccountStopped, DeliveryLater, DeliveryRefused

# As many as one request may ask for; some servers give fewer.
PAGE = "80"
STREAM = "/api/v1/streaming/user"


class Instance:
    """The instance of one account, as the feed needs it."""

    def __init__(self, api: Api, host: str) -> None:
        self._api = api
        self._host = host

    async def me(self) -> tuple[Me, bool]:
        """Our own account, and whether its profile says that it is automated."""
        told = await self._api.get("/api/v1/accounts/verify_credentials")
        try:
            me = msgspec.convert({**told, "host": self._host}, Me)
        except (msgspec.ValidationError, TypeError):
            raise DeliveryLater("Mastodon: the answer names no account") from None
        return me, told.get("bot") is True

    async def application(self) -> str:
        """The name of the program that our token belongs to, empty where nobody knows."""
        try:
            told = await self._api.get("/api/v1/apps/verify_credentials")
        except (AccountStopped, DeliveryRefused):  # the token is good: it has told who we are
            return ""
        return text(told, "name")

    async def streaming_url(self) -> str:
        """Where the stream is: large instances have another host for it."""
        try:
            told = await self._api.get("/api/v2/instance")
        except DeliveryRefused:
            told = {}
        named = text(field(field(told, "configuration"), "urls"), "streaming")
        if not named.startswith(("wss://", "ws://", "https://", "http://")):
            return self._api.base_url
        secure = self._api.base_url.startswith("https:") or named.startswith(("wss:", "https:"))
        return f"{'https' if secure else 'http'}://{named.split('://', 1)[1].rstrip('/')}"

    async def mentions(self, after: str | None = None) -> list[Json]:
        """A page of notifications in the order of their numbers: the next ones, or the newest."""
        query = {"types[]": "mention", "limit": PAGE}
        if after is not None:
            query["min_id"] = after
        return page_of(await self._api.get("/api/v1/notifications", query))

    async def mentions_before(self, number: str | None) -> list[Json]:
        """A page of notifications in the order of their numbers: the ones before, or the newest."""
        query = {"types[]": "mention", "limit": PAGE, **({"max_id": number} if number else {})}
        return page_of(await self._api.get("/api/v1/notifications", query))

    async def statuses_of(self, account_id: str, after: str | None) -> list[Json]:
        """What an account wrote after a status, in the order of numbers; else the newest one."""
        query = {"exclude_reblogs": "true", **({"min_id": after, "limit": "40"} if after else {"limit": "1"})}
        return page_of(await self._api.get(f"/api/v1/accounts/{account_id}/statuses", query))

    async def marker(self) -> str | None:
        """Up to where notifications were taken in, as the instance remembers it for us."""
        told = await self._api.get("/api/v1/markers", {"timeline[]": "notifications"})
        return text(field(told, "notifications"), "last_read_id") or None

    async def mark(self, number: str) -> None:
        """Let the instance remember that."""
        await self._api.post("/api/v1/markers", {"notifications": {"last_read_id": number}})

    async def latest_direct(self, person: str) -> str:
        """The last direct status between us and somebody, by his name; empty where there is none."""
        talks = await self._api.get("/api/v1/conversations", {"limit": "40"})
        for talk in talks if isinstance(talks, list) else ():
            others = field(talk, "accounts")
            names = [text(each, "acct").lower() for each in others] if isinstance(others, list) else []
            if names == [person]:
                return text(field(talk, "last_status"), "id")
        return ""

    async def context(self, status_id: str) -> tuple[list[Status], list[Status]]:
        """What stands before and after a status in its thread."""
        told = await self._api.get(f"/api/v1/statuses/{status_id}/context")
        return _statuses(told, "ancestors"), _statuses(told, "descendants")


def page_of(told: Any) -> list[Json]:
    """What stands in a list, in the order of its numbers."""
    if not isinstance(told, list):
        raise DeliveryLater("Mastodon: the answer is no list")
    found = [each for each in told if isinstance(each, dict) and isinstance(each.get("id"), str)]
    return sorted(found, key=lambda each: order(each["id"]))


def status_in(value: Any) -> Status | None:
    """A status, if that is one."""
    try:
        return msgspec.convert(value, Status)
    except msgspec.ValidationError:
        return None


def _statuses(told: Any, name: str) -> list[Status]:
    found = field(told, name)
    read = map(status_in, found) if isinstance(found, list) else ()
    return [status for status in read if status]
