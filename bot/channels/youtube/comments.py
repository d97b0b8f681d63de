"""What is asked of YouTube, by name, and what it costs."""

from __future__ import annotations

from msgspec import Struct

from bot.channels.reading import field, text
from bot.channels.youtube.api import Api
from bot.channels.youtube.quota import ANSWERING, READING, Quota
from bot.channels.youtube.refusals import Missing
from bot.channels.youtube.wire import Comment, Thread, comments_in, thread_in
from bot.errors import AccountStopped, DeliveryLater, DeliveryRefused, DeliveryUnknown

# As many as one request may ask for.
PAGE = "100"
# Replies of one thread that are looked at, a hundred a page: below that much nobody is found any more.
MOST_PAGES = 20


class Me(Struct, frozen=True, kw_only=True):
    """The channel that the token belongs to; `handle` is its name with an `@`."""

    id: str
    title: str
    handle: str


class Comments:
    """The comments below the videos of one channel."""

    def __init__(self, api: Api, quota: Quota, channel_id: str) -> None:
        self._api = api
        self._quota = quota
        self._channel_id = channel_id

    async def me(self) -> Me:
        """Whose token it is; raises `AccountStopped` where that is another channel."""
        self._quota.looked(READING)
        told = await self._api.ask("channels", {"part": "snippet", "mine": "true"})
        found = field(told, "items")
        one = found[0] if isinstance(found, list) and found else None
        me = Me(
            id=text(one, "id"),
            title=text(field(one, "snippet"), "title"),
            handle=text(field(one, "snippet"), "customUrl"),
        )
        if me.id != self._channel_id:
            raise AccountStopped(f"YouTube: the token is that of the channel {me.id or '(none)'}")
        return me

    async def threads(self, page: str = "") -> tuple[list[Thread], str]:
        """Threads from the newest on, and the name of the next page, empty where there is none."""
        query = {
            "part": "snippet,replies",
            "allThreadsRelatedToChannelId": self._channel_id,
            "order": "time",
            "textFormat": "plainText",
            "maxResults": PAGE,
        }
        self._quota.looked(READING)
        try:
            told = await self._api.ask("commentThreads", {**query, **_from(page)})
        except DeliveryRefused as exc:
            if page:  # of another look, or of one that took too long
                raise DeliveryLater(str(exc)) from exc
            # It is the account's own channel: who is refused there may do nothing at all.
            raise AccountStopped(str(exc)) from exc
        found = field(told, "items")
        threads = map(thread_in, found) if isinstance(found, list) else ()
        return [thread for thread in threads if thread], text(told, "nextPageToken")

    async def replies(self, top: str) -> tuple[Comment, ...]:
        """All replies to a comment; none where it was deleted meanwhile."""
        query = {"part": "snippet", "parentId": top, "textFormat": "plainText", "maxResults": PAGE}
        found: list[Comment] = []
        page = ""
        for _ in range(MOST_PAGES):
            self._quota.looked(READING)
            try:
                told = await self._api.ask("comments", {**query, **_from(page)})
            except DeliveryRefused:
                return ()
            found += comments_in(field(told, "items"))
            page = text(told, "nextPageToken")
            if not page:
                break
        return tuple(found)

    async def author(self, comment_id: str) -> str:
        """The name of who wrote a comment; raises `Missing` where it was deleted."""
        self._quota.answered(READING)
        told = await self._api.ask("comments", {"part": "snippet", "id": comment_id})
        found = comments_in(field(told, "items"))
        if not found:
            raise Missing("YouTube: the comment is not there any more")
        return found[0].snippet.author_display_name

    async def answer(self, top: str, words: str) -> str:
        """Write below a comment at the top of a thread; the id of what was written."""
        values = {"snippet": {"parentId": top, "textOriginal": words}}
        try:
            told = await self._api.post("comments", {"part": "snippet"}, values)
        except (DeliveryRefused, DeliveryUnknown):
            self._quota.answered(ANSWERING)
            raise
        self._quota.answered(ANSWERING)
        written = text(told, "id")
        if not written:
            raise DeliveryUnknown("YouTube: the answer names no comment")
        return written


def _from(page: str) -> dict[str, str]:
    return {"pageToken": page} if page else {}
