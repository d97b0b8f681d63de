"""Posts as X keeps them, and in the two forms in which it tells of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.x.errors import Json

if TYPE_CHECKING:
    from tests.fakes.x.people import User

HANDLE = re.compile(r"@(\w+)")


@dataclass
class FakePost:
    """A post; `prefix` are the names that X puts before an answer, `mentions` all who are named."""

    id: str
    author: User
    said: str
    at: datetime
    mentions: dict[str, str]
    prefix: str = ""
    parent: FakePost | None = None
    quoted: FakePost | None = None
    root: str = ""
    versions: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text with the names before it."""
        return f"{self.prefix}{self.said}"

    def engages(self, account: str) -> bool:
        """Whether it asks for an answer of an account, as X sees it."""
        quotes = self.quoted is not None and self.quoted.author.id == account
        return account in self.mentions.values() or quotes

    def new(self) -> Json:
        """As the second version of the API writes it."""
        post: Json = {
            "id": self.id,
            "text": self.text,
            "author_id": self.author.id,
            "conversation_id": self.root,
            "created_at": self.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "edit_history_tweet_ids": [*self.versions, self.id],
            "display_text_range": [len(self.prefix), len(self.text)],
            "lang": "en",
            "entities": {
                "mentions": [self._new_mention(name, self.mentions[name]) for name in self.mentions]
            },
        }
        referred = [("replied_to", self.parent), ("quoted", self.quoted)]
        if any(other for _, other in referred):
            post["referenced_tweets"] = [{"type": kind, "id": it.id} for kind, it in referred if it]
        if self.parent:
            post["in_reply_to_user_id"] = self.parent.author.id
        return post

    def includes(self) -> Json:
        """What stands beside it."""
        others = [other for other in (self.parent, self.quoted) if other]
        return {"users": [self.author.new()], "tweets": [other.new() for other in others]}

    def old(self) -> Json:
        """As the first version of the API writes it."""
        mentions = [
            {"id_str": number, "screen_name": name, "indices": list(self._span(name))}
            for name, number in self.mentions.items()
        ]
        return {
            "id_str": self.id,
            "text": self.text,
            "user": self.author.old(),
            "created_at": self.at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "display_text_range": [len(self.prefix), len(self.text)],
            "lang": "en",
            "entities": {"user_mentions": mentions, "urls": []},
            "in_reply_to_status_id_str": self.parent.id if self.parent else None,
            "in_reply_to_user_id_str": self.parent.author.id if self.parent else None,
            **({"quoted_status": self.quoted.old()} if self.quoted else {}),
        }

    def _new_mention(self, name: str, number: str) -> Json:
        start, end = self._span(name)
        return {"start": start, "end": end, "username": name, "id": number}

    def _span(self, name: str) -> tuple[int, int]:
        found = list(re.finditer(rf"@{name}\b", self.text))
        return found[-1].span() if found else (0, 0)
