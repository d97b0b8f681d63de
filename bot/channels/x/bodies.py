"""The bodies that X posts, of both of its interfaces, and what we have fetched. Pure but for threads."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from bot.channels.reading import Json, text, thing, things
from bot.channels.x.direct import DirectReader
from bot.channels.x.posts import Included, new_post, old_post
from bot.channels.x.public import PublicReader
from bot.channels.x.reading import document, identifier, moment
from bot.errors import BadPayload
from bot.messages import Address, Inbound

Fetched = Literal["posts", "search", "messages"]
GAP = "gap"
# Of what the older interface posts, threads are known by the posts that came before.
REMEMBERED = 5000

Read = Callable[[Json, Json], list[Inbound]]


def fetched(kind: Fetched, answer: Json) -> bytes:
    """A body of what X answered when it was asked."""
    return json.dumps({"fetched": kind, "answer": answer}).encode()


def gap(path: str, since: datetime) -> bytes:
    """A body that says that X does not tell all that was said since then."""
    return json.dumps({"fetched": GAP, "answer": {"path": path, "since": since.isoformat()}}).encode()


class Threads:
    """To which threads posts belong, for the interface that does not tell."""

    def __init__(self) -> None:
        self._roots: OrderedDict[str, str] = OrderedDict()

    def keep(self, post: str, root: str) -> None:
        """A post belongs to a thread."""
        self._roots[post] = root
        while len(self._roots) > REMEMBERED:
            self._roots.popitem(last=False)

    def root_of(self, post: str, parent: str) -> str:
        """The head of the thread of a post, as far as we can know."""
        root = self._roots.get(post) or self._roots.get(parent) or parent or post
        self.keep(post, root)
        return root


class Reader:
    """Translates all bodies for one account; `username` is empty where it is not known."""

    def __init__(self, channel: str, account: str, own: str, username: str, threads: Threads) -> None:
        self._nowhere = Address(channel=channel, account=account, surface="public", chat="", person="")
        self._own = own
        self._username = username
        self._threads = threads
        self._public = PublicReader(channel, account, own)
        self._direct = DirectReader(channel, account, own)
        self._kinds: dict[str, Read] = {
            "post.mention.create": self._posted,
            "post.reply.create": self._posted,
            "post.create": self._posted,
            "dm.received": lambda payload, _: self._direct.messages(payload),
            "dm.sent": lambda payload, _: self._direct.messages(payload),
            "dm.read": lambda payload, _: self._direct.reads(payload),
            "chat.received": lambda payload, _: self._direct.encrypted(payload),
            "chat.sent": lambda payload, _: self._direct.encrypted(payload),
        }

    def events(self, raw_body: bytes) -> list[Inbound]:
        """The events of a body, in which another account's are not; raises `BadPayload`."""
        body = document(raw_body)
        if "fetched" in body:
            return self._asked(body)
        if text(thing(body, "data"), "event_type"):
            return self._activity(thing(body, "data"))
        if "for_user_id" in body:
            return self._account_activity(body) if text(body, "for_user_id") == self._own else []
        # Told to the app: that a replay has ended, that somebody has withdrawn his permission.
        if "replay_job_status" in body or "user_event" in body:
            return []
        raise BadPayload("not an event of X: of no kind that it posts")

    def _activity(self, data: Json) -> list[Inbound]:
        read = self._kinds.get(text(data, "event_type"))
        is_ours = identifier(thing(data, "filter"), "user_id") == self._own
        return read(thing(data, "payload"), thing(data, "includes")) if read and is_ours else []

    def _account_activity(self, body: Json) -> list[Inbound]:
        posts = (
            old_post(each, self._threads.root_of, self._username)
            for each in things(body, "tweet_create_events")
        )
        said = [event for post in posts if post for event in self._public.events(post)]
        reads = self._direct.reads(body) if "direct_message_mark_read_events" in body else []
        return [*said, *self._direct.messages(body), *reads]

    def _posted(self, payload: Json, includes: Json) -> list[Inbound]:
        post = new_post(payload, Included(includes), self._own, self._username)
        return self._public.events(post) if post else []

    def _asked(self, body: Json) -> list[Inbound]:
        """What X answered; it tells the newest first."""
        answer, kind = thing(body, "answer"), text(body, "fetched")
        if kind == "messages":
            return self._direct.history(answer)
        if kind == GAP:
            return [self._gap(answer)]
        included = Included(thing(answer, "includes"))
        read = self._public.found if kind == "search" else self._public.events
        told = reversed(list(things(answer, "data")))
        posts = (new_post(each, included, self._own, self._username) for each in told)
        return [event for post in posts if post for event in read(post)]

    def _gap(self, told: Json) -> Inbound:
        return Inbound(
            address=self._nowhere,
            event_id=f"{GAP}/{text(told, 'path')}/{text(told, 'since')}",
            message_id="",
            sent_at=moment(told, "since"),
            kind="gap",
        )
