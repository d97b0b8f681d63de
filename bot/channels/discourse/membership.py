"""Which private messages are the account's own, and not those of a group that it is in.

A forum shows both together (PostsController#latest of Discourse): to a moderator what is written to all
moderators, say, which is for people.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct

from bot.channels.discourse.api import Api, Json
from bot.errors import DeliveryRefused

log = logging.getLogger(__name__)

# Topics of which it is remembered; the next post in an older one has it asked for again.
REMEMBERED = 5_000


class Judged(Struct, frozen=True, kw_only=True):
    """Whether a topic was the account's own when its latest post known was number `upto`."""

    is_own: bool
    upto: int


class Membership:
    """Asks once for each topic; of those that are not its own again with each post, for it may be invited."""

    def __init__(self, api: Api, username: str) -> None:
        self._api = api
        self._username = username
        self._known: OrderedDict[int, Judged] = OrderedDict()

    async def own(self, posts: Sequence[Json]) -> list[Json]:
        """Those of these private posts that stand in the account's own topics."""
        latest: dict[int, int] = {}
        for post in posts:
            topic = number(post, "topic_id")
            latest[topic] = max(number(post, "id"), latest.get(topic, 0))
        own = {topic for topic, post in latest.items() if await self._is_own(topic, post)}
        return [post for post in posts if number(post, "topic_id") in own]

    async def _is_own(self, topic: int, latest: int) -> bool:
        known = self._known.get(topic)
        if known is None or (not known.is_own and known.upto < latest):
            known = Judged(is_own=await self._takes_part(topic), upto=latest)
            self._known[topic] = known
        self._known.move_to_end(topic)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known.is_own

    async def _takes_part(self, topic: int) -> bool:
        """Whether the account itself was written to or invited (TopicViewDetailsSerializer)."""
        try:
            details = (await self._api.get(f"/t/{topic}.json")).get("details")
        except DeliveryRefused as error:
            log.warning("cannot look whose private message it is: %s", error, extra={"topic": topic})
            return False
        told = details.get("allowed_users") if isinstance(details, dict) else None
        people = [each.get("username") for each in told or () if isinstance(each, dict)]
        return any(isinstance(name, str) and name.lower() == self._username for name in people)


def number(told: Json, name: str) -> int:
    """A number that the forum tells; 0 where it tells none."""
    value = told.get(name)
    return value if type(value) is int else 0
