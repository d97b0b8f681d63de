"""What a process remembers: how far it has taken things in, and posts that addressed us."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from bot.channels.bluesky.wire import Posted, Ref

# Older ones are hardly ever asked for again.
REMEMBERED = 5000
# So many are looked at again, whether they are still there.
LATEST = 100
# What comes so much later than others of its time is still found.
OVERLAP = timedelta(minutes=5)
# What came longer ago is not answered any more: where people used this account before us, what they
# were told is not for us.
OLDEST = timedelta(days=3)


class Known(Struct, frozen=True, kw_only=True):
    """What is remembered of a post."""

    ref: Ref
    root: Ref
    person: str


class Memory:
    """Posts that addressed us, and how far they and what else happened were taken in."""

    def __init__(self) -> None:
        # Up to when notifications were taken in; None before anybody has asked.
        self.last: datetime | None = None
        # The key of the last post that a colleague wrote.
        self.last_own = ""
        # The place in the log of direct messages; None where what is unread is to be taken in first.
        self.cursor: str | None = None
        self._posts: OrderedDict[str, Known] = OrderedDict()
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._absent: set[str] = set()

    def floor(self) -> datetime | None:
        """From when on notifications are looked at."""
        return self.last - OVERLAP if self.last else None

    def take(self, uri: str, moment: datetime) -> None:
        """A notification is stored, and need not come again."""
        self.last = max(moment, self.last or moment)
        self.take_message(uri)

    def take_message(self, name: str) -> None:
        """A message, whatever it is known by, is stored, and need not come again."""
        self._taken[name] = None
        while len(self._taken) > REMEMBERED:
            self._taken.popitem(last=False)

    def is_taken(self, name: str) -> bool:
        """Whether it is."""
        return name in self._taken

    def keep(self, post: Posted) -> None:
        """Remember a post."""
        ref = Ref(uri=post.uri, cid=post.cid)
        root = post.record.reply.root if post.record.reply else ref
        self._posts[post.uri] = Known(ref=ref, root=root, person=post.author.did)
        while len(self._posts) > REMEMBERED:
            self._posts.popitem(last=False)

    def known(self, uri: str) -> Known | None:
        """What is remembered of a post."""
        return self._posts.get(uri)

    def latest_of(self, person: str, root: str) -> str:
        """What somebody said last in a thread; empty where nobody knows."""
        found = (uri for uri, each in reversed(self._posts.items()) if each.person == person)
        return next((uri for uri in found if self._posts[uri].root.uri == root), "")

    def latest(self) -> list[str]:
        """The posts that came last."""
        return list(self._posts)[-LATEST:]

    def gone(self, there: Iterable[str]) -> list[Known]:
        """Which of the latest are gone, where these are there; asked twice, lest one errs."""
        absent = set(self.latest()) - set(there)
        gone = [self._posts[uri] for uri in self.latest() if uri in absent & self._absent]
        for each in gone:
            del self._posts[each.ref.uri]
        self._absent = absent - {each.ref.uri for each in gone}
        return gone
