"""Looks at the comments again and again, as often as the day's units allow.

YouTube tells nobody of a comment, and its list of threads goes by when they began: a reply to an
old one is found only by going back that far, which is done now and then.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import datetime, timedelta
from itertools import count

import msgspec

from bot.channels.youtube.comments import Comments
from bot.channels.youtube.memory import Memory, seen_in
from bot.channels.youtube.quota import Quota
from bot.channels.youtube.wire import Body, Comment, Thread
from bot.clock import Clock
from bot.errors import DeliveryLater

log = logging.getLogger(__name__)

# What was written longer ago is not answered any more. We remember nothing over a restart: this far
# back everything is told again, and the inbox knows what it has taken in before.
OLDEST = timedelta(days=3)
# So far back a thread may have begun in which a new reply is looked for, and on so many pages.
THREADS_SINCE, MOST_PAGES = timedelta(days=30), 10
# How often that is done. In between only threads are looked at that began since the look before,
# and the newest hundred.
EVERY = timedelta(hours=1)
# A thread may show up a little after the moment that it is dated.
MARGIN = timedelta(minutes=10)
# What our own channel wrote is told so late: until then the receipt of a text of ours is stored.
OWN_AFTER = timedelta(minutes=1)
# What is not older than that is not missed yet: a look may be so late after a large one.
SETTLED = timedelta(minutes=10)
# The rest after YouTube has failed to answer: doubled each time. In seconds.
FIRST_REST, LONGEST_REST = 5.0, 300.0
# However much there is to spend, and the longest rest without a look at the clock. In seconds.
LEAST_REST, LONGEST_NAP = 5.0, 600.0


class Feed:
    """Threads in which something happened, as bodies to be parsed."""

    def __init__(
        self,
        comments: Comments,
        memory: Memory,
        quota: Quota,
        *,
        account: str,
        channel_id: str,
        clock: Clock,
        rest: Callable[[float], Awaitable[None]],
    ) -> None:
        self._comments = comments
        self._memory = memory
        self._history = Memory()
        self._quota = quota
        self._log = logging.LoggerAdapter(log, {"account": account})
        self._channel_id = channel_id
        self._clock = clock
        self._rest = rest
        self._looked_at: datetime | None = None
        self._looked_far_at: datetime | None = None

    async def bodies(self) -> AsyncIterator[bytes]:
        """All of them for ever; each is acknowledged when the next one is asked for.

        Raises `AccountStopped` at any time.
        """
        pause = FIRST_REST
        while True:
            await self._rest_while_used_up()
            asked = 0.0
            try:
                async with aclosing(self._look()) as found:
                    async for body in found:
                        yield body
                pause = FIRST_REST
            except DeliveryLater as error:
                asked = max(pause, min(error.retry_after or 0.0, LONGEST_REST))
                pause = min(2 * pause, LONGEST_REST)
                self._log.warning("cannot look at the comments: %s", error)
            await self._rest(max(asked, self._quota.rest(), LEAST_REST))

    async def history(self, since: datetime) -> AsyncIterator[bytes]:
        """What was written since then, whatever was told before, but for what a look may still tell."""
        since, until = since - SETTLED, self._clock() - SETTLED
        async with aclosing(self._threads(new=since, far=since)) as threads:
            async for thread in threads:
                found = await self._replies(self._history, thread)
                replies = tuple(each for each in found if each.snippet.published_at <= until)
                if thread.top.snippet.published_at <= until and _is_recent((thread.top, *replies), since):
                    yield _body(thread, replies, since)
                self._history.keep(thread.top.id, thread.total, frozenset())

    async def _look(self) -> AsyncGenerator[bytes, None]:
        now = self._clock()
        is_far = self._looked_far_at is None or now - self._looked_far_at >= EVERY
        since = now - OLDEST
        new = since if self._looked_at is None else self._looked_at - MARGIN
        async with aclosing(self._threads(new=new, far=now - THREADS_SINCE if is_far else new)) as threads:
            async for thread in threads:
                async with aclosing(self._news(thread, since)) as found:
                    async for body in found:
                        yield body
        self._looked_at = now
        if is_far:
            self._looked_far_at = now

    async def _threads(self, *, new: datetime, far: datetime) -> AsyncGenerator[Thread, None]:
        """Page after page into the past: to `new` however many there are, to `far` not too many."""
        page = ""
        for number in count(1):
            threads, page = await self._comments.threads(page)
            for thread in threads:
                yield thread
            if not page or not threads:
                return
            began = min(thread.top.snippet.published_at for thread in threads)
            if began < (new if number >= MOST_PAGES else far):
                return

    async def _news(self, thread: Thread, since: datetime) -> AsyncGenerator[bytes, None]:
        """The thread, where anything in it is new."""
        replies = await self._replies(self._memory, thread)
        due = tuple(filter(self._is_due, replies))
        seen = seen_in((thread.top, *due))
        self._memory.keep_names(due)
        is_new = bool(seen - self._memory.known(thread.top.id).seen)
        if is_new and _is_recent((thread.top, *due), since):
            yield _body(thread, due, since)
        self._memory.keep(thread.top.id, thread.total if len(due) == len(replies) else None, seen)

    async def _replies(self, memory: Memory, thread: Thread) -> tuple[Comment, ...]:
        """All of them where there are others than before, else those that came along."""
        if thread.total <= len(thread.replies) or thread.total == memory.known(thread.top.id).total:
            return thread.replies
        return await self._comments.replies(thread.top.id) or thread.replies

    def _is_due(self, comment: Comment) -> bool:
        is_own = comment.person == self._channel_id
        return not is_own or self._clock() - comment.snippet.published_at >= OWN_AFTER

    async def _rest_while_used_up(self) -> None:
        while wait := self._quota.wait():
            await self._rest(min(wait, LONGEST_NAP))


def _body(thread: Thread, replies: tuple[Comment, ...], since: datetime) -> bytes:
    return msgspec.json.encode(Body(since=since, video=thread.video, top=thread.top, replies=replies))


def _is_recent(comments: Iterable[Comment], since: datetime) -> bool:
    return any(_last_change(comment) >= since for comment in comments)


def _last_change(comment: Comment) -> datetime:
    return comment.edited_at or comment.snippet.published_at
