"""What the fake tells of the past: conversations with their messages, posts with their comments.

The newest comes first, in pages, and of a conversation the 20 latest messages, as the Graph API does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tests.fakes.meta.errors import Json, invalid

if TYPE_CHECKING:
    from tests.fakes.meta.account import Comment, FakeAccount

MOST_MESSAGES = 20
MOST_IN_A_PAGE = 100

Query = Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """A private message: from whom to whom."""

    mid: str
    person: str
    by_account: bool
    at: float
    text: str = ""
    attachments: Sequence[Json] = ()


@dataclass
class Past:
    """All that was said in private, in order; a test may shorten the `pages`."""

    said: list[Said] = field(default_factory=list)
    page: int = MOST_IN_A_PAGE

    def look(self, account: FakeAccount, edge: str, query: Query) -> Json:
        """A page of an edge."""
        edges: dict[str, Callable[[], list[Json]]] = {
            "conversations": lambda: self._talks(account, query),
            "feed": lambda: [account.post_of(post, self._below(account, post)) for post in posts(account)],
            "media": lambda: [account.post_of(post, self._below(account, post)) for post in posts(account)],
        }
        if edge not in edges:
            raise invalid(f"Tried accessing nonexisting field ({edge})")
        return self._paged(edges[edge](), query)

    def comments(self, account: FakeAccount, post: str, query: Query) -> Json:
        """A page of the comments below a post."""
        return self._paged([account.comment_of(each) for each in below(account, post)], query)

    def _below(self, account: FakeAccount, post: str) -> Json:
        return self.comments(account, post, {})

    def _talks(self, account: FakeAccount, query: Query) -> list[Json]:
        if "platform" not in query or "messages" not in query.get("fields", ""):
            raise invalid("The fields of messages are required")
        latest = {said.person: said for said in self.said}
        people = sorted(latest, key=lambda person: -latest[person].at)
        return [self._talk(account, person, latest[person].at) for person in people]

    def _talk(self, account: FakeAccount, person: str, at: float) -> Json:
        mine = [said for said in reversed(self.said) if said.person == person]
        told = [_message(account, said) for said in mine[:MOST_MESSAGES]]
        return {"id": f"t_{person}", "updated_time": written(at), "messages": {"data": told}}

    def _paged(self, whole: list[Json], query: Query) -> Json:
        size = min(self.page, MOST_IN_A_PAGE, int(query.get("limit", MOST_IN_A_PAGE)))
        start = int(query.get("after", "0"))
        end = start + size
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(whole):
            paging["next"] = "https://graph.facebook.com/next?access_token=not-to-be-followed"
        return {"data": whole[start:end], "paging": paging}


def posts(account: FakeAccount) -> list[str]:
    """The posts that somebody wrote below, or a visitor wrote, the latest first."""
    found = dict.fromkeys(comment.post for comment in account.comments.values())
    return list(found)[::-1]


def below(account: FakeAccount, post: str) -> list[Comment]:
    """The comments below a post, the newest first."""
    found = [c for c in account.comments.values() if c.post == post and c.id != post]
    return sorted(found, key=lambda comment: -comment.at)


def written(at: float) -> str:
    """A moment as the Graph API writes it: without parts of a second."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _message(account: FakeAccount, said: Said) -> Json:
    sides = [{"id": account.id}, {"id": said.person}]
    sender, recipient = sides if said.by_account else sides[::-1]
    told: Json = {
        "id": said.mid,
        "created_time": written(said.at),
        "from": sender,
        "to": {"data": [recipient]},
        "message": said.text,
    }
    if said.attachments:
        told["attachments"] = {"data": [_attachment(each) for each in said.attachments]}
    return told


def _attachment(sent: Json) -> Json:
    url = sent.get("payload", {}).get("url", "")
    names = {"image": "image_data", "video": "video_data"}
    mime = re.sub("^file$", "application", sent["type"]) + "/x"
    shown = {names[sent["type"]]: {"url": url}} if sent["type"] in names else {"file_url": url}
    return {"mime_type": mime, **shown}
