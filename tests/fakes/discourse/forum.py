"""What is on the forum: topics, posts, and who may read them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

Json = dict[str, Any]

PRIVATE, REGULAR = "private_message", "regular"
SHORTEST, SHORTEST_PRIVATE, LONGEST = 20, 10, 32_000
SIMILAR_FOR = timedelta(minutes=5)
TOO_SHORT = "Body is too short (minimum is {least} characters)"
TOO_SIMILAR = "Body is too similar to what you recently posted"
TOO_LONG = "Body is limited to 32000 characters; you entered {length}."
NOT_FOUND = "The requested URL or resource could not be found."


class Rejected(Exception):
    """A post is not written, for these reasons."""


@dataclass
class Topic:
    """A topic, or a private message between some."""

    id: int
    title: str
    archetype: str = REGULAR
    category: int | None = None
    people: frozenset[str] = frozenset()
    closed: bool = False


@dataclass
class Written:
    """A post."""

    id: int
    topic: Topic
    number: int
    username: str
    raw: str
    created: datetime
    updated: datetime
    answers: int | None = None
    version: int = 1
    deleted: bool = False
    person: Json = field(default_factory=dict)


class Forum:
    """A forum with one account of the brand's, whose posts are in `sent` as they were asked for."""

    def __init__(self, username: str) -> None:
        self.username = username
        self.sent: list[Json] = []
        self.posts: list[Written] = []
        self.now = datetime.now(timezone.utc)
        self.admin = False
        self.moderated = False
        self.people: dict[str, Json] = {}
        # Groups that the account is in: what is written to them it may read.
        self.groups: set[str] = set()
        self._numbers = count(101)
        self._topics: dict[int, Topic] = {}

    def topic(
        self, title: str, *, category: int | None = None, between: frozenset[str] = frozenset()
    ) -> Topic:
        """A new topic; with people, a private message between them."""
        kind = PRIVATE if between else REGULAR
        made = Topic(next(self._numbers), title, kind, category, between)
        self._topics[made.id] = made
        return made

    def write(self, topic: Topic, username: str, raw: str, answers: int | None = None) -> Written:
        """Somebody writes below others."""
        number = 1 + sum(post.topic is topic for post in self.posts)
        person = self.people.get(username, {})
        made = Written(
            next(self._numbers), topic, number, username, raw, self.now, self.now, answers, person=person
        )
        self.posts.append(made)
        return made

    def by_number(self, topic: Topic, number: int | None) -> Written | None:
        """A post of a topic."""
        return next((each for each in self.posts if (each.topic, each.number) == (topic, number)), None)

    def take(self, asked: Json) -> Written:
        """The account posts; raises `Rejected`."""
        if not asked.get("skip_validations"):
            self._validate(asked)
        if "topic_id" in asked:
            topic = self._topics.get(asked["topic_id"])
            if topic is None or topic.closed:
                raise Rejected("That topic could not be found or is closed.")
        else:
            to = asked["target_recipients"]
            topic = self.topic(asked["title"], between=frozenset((to, self.username)))
        self.sent.append(asked)
        return self.write(topic, self.username, asked["raw"], asked.get("reply_to_post_number"))

    def _validate(self, asked: Json) -> None:
        raw = asked["raw"].strip()
        private = "topic_id" not in asked or self._topics[asked["topic_id"]].archetype == PRIVATE
        least = SHORTEST_PRIVATE if private else SHORTEST
        if len(raw) < least:
            raise Rejected(TOO_SHORT.format(least=least))
        if len(raw) > LONGEST:
            raise Rejected(TOO_LONG.format(length=len(raw)))
        recent = [each for each in self.posts if self.now - each.created < SIMILAR_FOR]
        if any(_bare(each.raw) == _bare(raw) for each in recent if each.username == self.username):
            raise Rejected(TOO_SIMILAR)

    def visible(self, archetype: str, before: int) -> list[Written]:
        """The latest fifty that the account may see, newest first."""
        seen = [
            post
            for post in self.posts
            if post.topic.archetype == archetype and not post.deleted and self._may_see(post.topic)
        ]
        return sorted((post for post in seen if post.id < before), key=lambda post: -post.id)[:50]

    def _may_see(self, topic: Topic) -> bool:
        return not topic.people or self.admin or bool({self.username, *self.groups} & topic.people)

    def readable(self, number: int) -> Topic | None:
        """A topic that the account may see."""
        topic = self._topics.get(number)
        return topic if topic and self._may_see(topic) else None

    def serialized(self, post: Written, *, webhook: bool) -> Json:
        """A post as the forum tells it; by webhook it says more."""
        answered = self.by_number(post.topic, post.answers)
        told: Json = {
            "id": post.id,
            "name": post.username.title(),
            "username": post.username,
            "user_id": -1 if post.username == "system" else 7,
            "created_at": _iso(post.created),
            "updated_at": _iso(post.updated),
            "cooked": f"<p>{post.raw}</p>",
            "raw": post.raw,
            "post_number": post.number,
            "post_type": 1,
            "topic_id": post.topic.id,
            "topic_slug": "topic",
            "topic_title": post.topic.title,
            "category_id": post.topic.category,
            "reply_to_post_number": post.answers,
            "version": post.version,
            "moderator": False,
            "admin": False,
            "staff": False,
            "user_deleted": post.deleted,
            "deleted_at": None,
            **post.person,
        }
        if answered:
            told["reply_to_user"] = {"username": answered.username, "name": answered.username.title()}
        return {**told, "topic_archetype": post.topic.archetype} if webhook else told


def _bare(raw: str) -> str:
    return re.sub(r"\s", "", raw).lower()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
