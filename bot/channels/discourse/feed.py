"""What a forum tells when it is asked: the account's own private messages, its history, and a search."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta, timezone

from bot.channels.discourse.api import Api, Json
from bot.channels.discourse.membership import Membership, number
from bot.channels.discourse.wire import PRIVATE
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryRefused

# The rest between two looks at private messages, in seconds: a forum answers all keys together sixty
# times a minute (max_admin_api_reqs_per_minute).
REST = 6.0
# How far the first look of a process goes back; what was missed before that the history tells.
AT_FIRST = timedelta(minutes=10)
# Pages of fifty posts, newest first (lib/latest_posts_query.rb of Discourse).
MOST_PAGES = 5
# Posts that a search found are fetched one by one, as it tells of their beginning only.
MOST_FOUND = 20
PUBLIC_POSTS, PRIVATE_POSTS = ("/posts.json", "latest_posts"), ("/private-posts.json", "private_posts")


class Feed:
    """Bodies that `parse` reads."""

    def __init__(
        self,
        api: Api,
        username: str,
        search: str,
        *,
        clock: Clock,
        rest: Callable[[float], Awaitable[None]],
    ) -> None:
        self._api = api
        self._membership = Membership(api, username)
        self._search = search
        self._clock = clock
        self._rest = rest

    async def private(self) -> AsyncIterator[bytes]:
        """Private messages as they come, for ever; each body counts as stored when the next is asked for."""
        await self._refuse_administrators()
        since, last = self._clock() - AT_FIRST, 0
        while True:
            posts = [post for post in await self._since(PRIVATE_POSTS, since, last) if _number(post) > last]
            if own := await self._membership.own(posts):
                yield _body("private_posts", own, since)
            last = max(map(_number, posts), default=last)
            await self._rest(REST)

    async def history(self, since: datetime) -> AsyncIterator[bytes]:
        """What was said since then, to the account and in public."""
        await self._refuse_administrators()
        for place in (PRIVATE_POSTS, PUBLIC_POSTS):
            posts = await self._since(place, since, 0)
            if place is PRIVATE_POSTS:
                posts = await self._membership.own(posts)
            if posts:
                yield _body(place[1], posts, since)

    async def found(self, since: datetime) -> AsyncIterator[bytes]:
        """Public posts that the search finds, whole."""
        day = since.astimezone(timezone.utc).date() - timedelta(days=1)
        query = f"{self._search} after:{day.isoformat()} order:latest"
        answer = await self._api.get("/search.json", q=query)
        topics = {each.get("id"): each for each in _objects(answer, "topics")}
        for hit in reversed(_objects(answer, "posts")[:MOST_FOUND]):
            topic = topics.get(hit.get("topic_id"), {})
            if topic.get("archetype") == PRIVATE or not _is_since(hit, "created_at", since):
                continue
            post = await self._whole(_number(hit))
            if post:
                about = {"category_id": topic.get("category_id"), "topic_title": topic.get("title")}
                yield _body("found_posts", [{**post, **about}], since)

    async def _whole(self, number: int) -> Json:
        """A post; nothing where it is gone meanwhile."""
        try:
            return await self._api.get(f"/posts/{number}.json")
        except DeliveryRefused:
            return {}

    async def _since(self, place: tuple[str, str], since: datetime, last: int) -> list[Json]:
        """Posts that were written or changed since then, page after page backwards."""
        path, name = place
        found: list[Json] = []
        before: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = _objects(await self._api.get(path, **before), name)
            found += [post for post in page if _is_since(post, "updated_at", since)]
            if not page or min(map(_number, page)) <= last or not _is_since(page[-1], "created_at", since):
                break
            before = {"before": str(min(map(_number, page)))}
        return found

    async def _refuse_administrators(self) -> None:
        """A forum shows them everybody's private messages, which are none of ours."""
        if (await self._api.me()).get("admin"):
            raise AccountStopped(ADMINISTRATOR)


ADMINISTRATOR = (
    "the account is an administrator of the forum, to whom it shows everybody's private messages: it must be"
    " none"
)


def _objects(answer: Json, name: str) -> list[Json]:
    told = answer.get(name)
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _number(post: Json) -> int:
    return number(post, "id")


def _is_since(post: Json, name: str, since: datetime) -> bool:
    """Whether a post's moment is not before; one that nobody can read may be."""
    told = post.get(name)
    try:
        moment = datetime.fromisoformat(told.replace("Z", "+00:00")) if isinstance(told, str) else None
    except ValueError:
        return True
    return moment is None or moment.tzinfo is None or moment >= since


def _body(name: str, posts: list[Json], since: datetime) -> bytes:
    return json.dumps({name: posts, "since": since.isoformat()}).encode()
