"""Posts and notifications: what is written, and who is told of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import count
from typing import Any

from tests.fakes.bluesky.accounts import Account
from tests.fakes.bluesky.errors import Json, XrpcError, invalid
from tests.fakes.bluesky.records import POST, check_post

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
# Whoever wrote one of so many posts above is told of a reply.
DEPTH = 5


class Network:
    """Everything in public. `posts` are by address, in the order in which they came.

    `duplicate` is the answer to a record whose key is taken: the reference server's for years, and
    the one that others and it give since.
    """

    def __init__(self, accounts: dict[str, Account], clock: Callable[[], float]) -> None:
        self.accounts = accounts
        self.posts: dict[str, Json] = {}
        self.duplicate = XrpcError(500, "InternalServerError", "Internal Server Error")
        self.closed: set[str] = set()
        self._clock = clock
        self._numbers = count()
        self._told: dict[str, list[Json]] = {}

    def create(self, author: Account, body: Json) -> Json:
        """File a record, once under each key."""
        if body.get("repo") not in (author.did, author.handle):
            raise XrpcError(401, "AuthRequiredError", "Authentication Required")
        if body.get("collection") != POST:
            raise invalid(f"no {body.get('collection')} here")
        rkey = body.get("rkey") or self._next_key()
        check_post(body.get("record"), rkey)
        uri = f"at://{author.did}/{POST}/{rkey}"
        if uri in self.posts:
            raise self.duplicate
        return self._file(author, uri, body["record"])

    def record(self, query: Json) -> Json:
        """A record of a repository."""
        uri = f"at://{query['repo']}/{query['collection']}/{query['rkey']}"
        if uri not in self.posts:
            raise XrpcError(400, "RecordNotFound", f"Could not locate record: {uri}")
        return self._record(self.posts[uri])

    def records(self, query: Json) -> Json:
        """The records of a repository, by their keys downward."""
        found = [each for each in self.posts.values() if each["author"] == query["repo"]]
        found.sort(key=lambda each: each["uri"], reverse=True)
        return {"records": [self._record(each) for each in found[: int(query.get("limit", "50"))]]}

    def views(self, uris: list[str], viewer: Account) -> Json:
        """Posts as they are shown to an account."""
        if len(uris) > 25:
            raise invalid("Error: uris must not have more than 25 elements")
        found = [self.posts[uri] for uri in uris if uri in self.posts]
        return {"posts": [self.view(each, viewer) for each in found if self._is_shown(each, viewer)]}

    def view(self, post: Json, viewer: Account) -> Json:
        """A post as it is shown to an account."""
        record = post["record"]
        root = record["reply"]["root"]["uri"] if "reply" in record else post["uri"]
        return {
            "uri": post["uri"],
            "cid": post["cid"],
            "author": self.accounts[post["author"]].view(viewer),
            "record": record,
            "indexedAt": iso(post["at"]),
            "labels": [],
            "viewer": {"replyDisabled": True} if root in self.closed else {},
        }

    def notifications(self, query: Json, reasons: list[str], viewer: Account) -> Json:
        """A page of what an account is told of, the newest first."""
        told = [each for each in reversed(self._told.get(viewer.did, [])) if each["uri"] in self.posts]
        shown = [each for each in told if not reasons or each["reason"] in reasons]
        return _page("notifications", [self._notification(each, viewer) for each in shown], query) | (
            {"seenAt": viewer.seen_at} if viewer.seen_at else {}
        )

    def search(self, query: Json, viewer: Account) -> Json:
        """Posts that hold the words, the newest first."""
        words, since = query["q"].lower().split(), query.get("since", "")
        found = [
            self.view(each, viewer)
            for each in reversed(self.posts.values())
            if all(word in each["record"]["text"].lower() for word in words) and iso(each["at"]) >= since
        ]
        return _page("posts", found, query)

    def delete(self, uri: str) -> None:
        """A post is not there any more."""
        del self.posts[uri]

    def write(self, author: Account, text: str, **more: Any) -> Json:
        """A post by somebody with an ordinary program."""
        record = {"$type": POST, "text": text, "createdAt": iso(self._clock()), **more}
        return self._file(author, f"at://{author.did}/{POST}/{self._next_key()}", record)

    def tell(self, did: str, reason: str, uri: str) -> None:
        """An account is told of a post."""
        self._told.setdefault(did, []).append({"reason": reason, "uri": uri, "at": self._now()})

    def _file(self, author: Account, uri: str, record: Json) -> Json:
        cid = "bafyrei" + hashlib.sha256(json.dumps(record).encode()).hexdigest()[:52]
        self.posts[uri] = {
            "uri": uri,
            "cid": cid,
            "author": author.did,
            "record": record,
            "at": self._now(),
        }
        for did, reason in self._concerned(author, record).items():
            self.tell(did, reason, uri)
        return {"uri": uri, "cid": cid}

    def _concerned(self, author: Account, record: Json) -> dict[str, str]:
        """Whom a post concerns, and why; nobody is told twice of the same."""
        found: dict[str, str] = {}
        embed = record.get("embed", {})
        quoted = embed.get("record", {}).get("uri", "") if isinstance(embed, dict) else ""
        if quoted:
            found[quoted.split("/")[2]] = "quote"
        for did in self._above(record):
            found[did] = "reply"
        for facet in record.get("facets", []):
            for feature in facet["features"]:
                if "did" in feature:
                    found.setdefault(feature["did"], "mention")
        return {did: reason for did, reason in found.items() if did != author.did and did in self.accounts}

    def _above(self, record: Json) -> list[str]:
        found = []
        for _ in range(DEPTH):
            uri = record.get("reply", {}).get("parent", {}).get("uri", "")
            if uri not in self.posts:
                break
            found.append(self.posts[uri]["author"])
            record = self.posts[uri]["record"]
        return found

    def _notification(self, told: Json, viewer: Account) -> Json:
        shown = self.view(self.posts[told["uri"]], viewer)
        is_read = bool(viewer.seen_at) and iso(told["at"]) <= viewer.seen_at
        return {**shown, "reason": told["reason"], "isRead": is_read, "indexedAt": iso(told["at"])}

    def _is_shown(self, post: Json, viewer: Account) -> bool:
        return post["author"] not in viewer.blocks

    def _record(self, post: Json) -> Json:
        return {"uri": post["uri"], "cid": post["cid"], "value": post["record"]}

    def _now(self) -> float:
        """The moment, in another millisecond each time."""
        return self._clock() + next(self._numbers) / 1000

    def _next_key(self) -> str:
        return tid(int(self._now() * 10**6))


def tid(microseconds: int) -> str:
    """A key of a moment."""
    number = microseconds << 10
    return "".join(ALPHABET[(number >> 5 * place) % 32] for place in reversed(range(13)))


def iso(seconds: float) -> str:
    """A moment as the network tells it."""
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _page(name: str, items: list[Json], query: Json) -> Json:
    start, limit = int(query.get("cursor", "0")), int(query.get("limit", "50"))
    if not 1 <= limit <= 100:
        raise invalid("Error: limit must be between 1 and 100")
    more = {"cursor": str(start + limit)} if start + limit < len(items) else {}
    return {name: items[start : start + limit], **more}
