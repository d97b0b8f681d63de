"""People who write comments, and what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from itertools import count

from tests.fakes.youtube.errors import ApiError, Json

VIDEO = "dQw4w9WgXcQ"


@dataclass
class Written:
    """A comment as YouTube keeps it."""

    id: str
    author: Person
    text: str
    at: datetime
    video: str
    parent: Written | None = None
    edited_at: datetime | None = None
    status: str = "published"
    replies: list[Written] = field(default_factory=list)

    def told(self, reader: str, text_format: str) -> Json:
        """As the API tells it; only its author is told the original text."""
        shown = self.text if text_format == "plainText" else escape(self.text)
        snippet: Json = {
            "channelId": "UC" + "o" * 22,
            "textDisplay": shown,
            "authorDisplayName": self.author.name,
            "authorProfileImageUrl": "https://yt3.example/a.jpg",
            "authorChannelUrl": f"http://www.youtube.com/{self.author.name}",
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": stamp(self.at),
            "updatedAt": stamp(self.edited_at or self.at),
        }
        if self.author.id:
            snippet["authorChannelId"] = {"value": self.author.id}
        if self.author.id == reader:
            snippet["textOriginal"] = self.text
        if self.status != "published":
            snippet["moderationStatus"] = self.status
        if self.parent:
            snippet["parentId"] = self.parent.id
        return {"kind": "youtube#comment", "etag": "e", "id": self.id, "snippet": snippet}


class Wall:
    """All comments below the videos of one channel."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.threads: dict[str, Written] = {}
        self._clock = clock
        self._numbers = count(1)

    def write(self, author: Person, text: str, video: str, ago: timedelta) -> Written:
        """A comment at the top of a thread."""
        comment = Written(f"Ug{next(self._numbers):024d}", author, text, self._clock() - ago, video)
        self.threads[comment.id] = comment
        return comment

    def answer(self, author: Person, top: str, text: str, ago: timedelta) -> Written:
        """A reply; one to a reply stands below the same comment."""
        parent = self.threads.get(top.partition(".")[0])
        if parent is None:
            raise ApiError(404, "parentCommentNotFound")
        number = f"{parent.id}.{next(self._numbers):022d}"
        reply = Written(number, author, text, self._clock() - ago, parent.video, parent)
        parent.replies.append(reply)
        return reply

    def find(self, comment_id: str) -> Written | None:
        """A comment by its id."""
        top = self.threads.get(comment_id.partition(".")[0])
        return next((each for each in (top, *top.replies) if each.id == comment_id), None) if top else None

    def newest(self) -> list[Written]:
        """The threads that everybody can see, as `order=time` has them."""
        shown = (top for top in self.threads.values() if top.status == "published")
        return sorted(shown, key=lambda top: top.at, reverse=True)

    def edit(self, comment_id: str, text: str) -> None:
        """Its author changes a comment."""
        comment = self.find(comment_id)
        assert comment is not None
        comment.text, comment.edited_at = text, self._clock()

    def delete(self, comment_id: str) -> None:
        """Its author deletes a comment."""
        comment = self.find(comment_id)
        if comment is None:
            return
        if comment.parent:
            comment.parent.replies.remove(comment)
        else:
            del self.threads[comment.id]


@dataclass(frozen=True)
class Person:
    """Somebody with a channel and a handle."""

    wall: Wall
    id: str
    name: str

    def writes(self, text: str, *, video: str = VIDEO, status: str = "published", **ago: float) -> str:
        """Comment on a video; the id of the comment."""
        comment = self.wall.write(self, text, video, timedelta(**ago))
        comment.status = status
        return comment.id

    def replies(self, top: str, text: str, *, status: str = "published", **ago: float) -> str:
        """Reply to a comment; the id of the reply."""
        comment = self.wall.answer(self, top, text, timedelta(**ago))
        comment.status = status
        return comment.id


def stamp(moment: datetime) -> str:
    """A moment as the API writes it: to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
