"""Looks at the comments again and again, as often as the day's units allow.

YouTube tells nobody of a comment, and its list of threads goes by when they began: a reply to an
old one is found only by going back that far, which is done now and then.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime, timedelta

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
                async with aclosing(self._next_look()) as found:
                    async for body in found:
                        yield body
                pause = FIRST_REST
            except DeliveryLater as error:
                asked = max(pause, min(error.retry_after or 0.0, LONGEST_REST))
                pause = min(2 * pause, LONGEST_REST)
                self._log.warning("cannot look at the comments: %s", error)
            await self._rest(max(asked, self._quota.rest(), LEAST_REST))

    async def history(self, since: datetime) -> AsyncIterator[bytes]:
        """What was written since then, whatever was told before."""
        far = min(since, self._clock() - THREADS_SINCE)
        async with aclosing(self._look(Memory(), since, new=since, far=far)) as found:
            async for body in found:
                yield body

    async def _next_look(self) -> AsyncGenerator[bytes, None]:
        now = self._clock()
        is_far = self._looked_far_at is None or now - self._looked_far_at >= EVERY
        since = now - OLDEST
        new = since if self._looked_at is None else self._looked_at - MARGIN
        far = now - THREADS_SINCE if is_far else new
        async with aclosing(self._look(self._memory, since, new=new, far=far)) as found:
            async for body in found:
                yield body
        self._looked_at = now
        if is_far:
            self._looked_far_at = now

    async def _look(
        self, memory: Memory, since: datetime, *, new: datetime, far: datetime
    ) -> AsyncGenerator[bytes, None]:
        """Page after page into the past: to `new` however many there are, to `far` not too many."""
        page, pages = "", 0
        while True:
            threads, page = await self._comments.threads(page)
            pages += 1
            for thread in threads:
                async with aclosing(self._news(memory, thread, since)) as found:
                    async for body in found:
                        yield body
            if not page or not threads:
                return
            began = min(thread.top.snippet.published_at for thread in threads)
            if began < (new if pages >= MOST_PAGES else far):
                return

    async def _news(self, memory: Memory, thread: Thread, since: datetime) -> AsyncGenerator[bytes, None]:
        """The thread, where anything in it is new."""
        known = memory.known(thread.top.id)
        replies = thread.replies
        if thread.total > len(replies) and thread.total != known.total:
            replies = await self._comments.replies(thread.top.id) or replies
        told = tuple(filter(self._is_due, replies))
        seen = seen_in((thread.top, *told))
        self._memory.keep_names(told)
        if seen - known.seen and any(_last_change(each) >= since for each in (thread.top, *told)):
            body = Body(since=since, video=thread.video, top=thread.top, replies=told)
            yield msgspec.json.encode(body)
        memory.keep(thread.top.id, thread.total if len(told) == len(replies) else None, seen)

    def _is_due(self, comment: Comment) -> bool:
        is_own = comment.person == self._channel_id
        return not is_own or self._clock() - comment.snippet.published_at >= OWN_AFTER

    async def _rest_while_used_up(self) -> None:
        while wait := self._quota.wait():
            await self._rest(min(wait, LONGEST_NAP))


def _last_change(comment: Comment) -> datetime:
    return comment.edited_at or comment.snippet.published_at
