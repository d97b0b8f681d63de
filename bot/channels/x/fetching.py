"""What X tells when it is asked: posts and messages of the past, and what a search finds."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone

from bot.channels.reading import Json, text, thing, things
from bot.channels.x.api import Api
from bot.channels.x.bodies import Fetched, fetched, gap
from bot.channels.x.reading import moment
from bot.clock import Clock
from bot.errors import DeliveryError

log = logging.getLogger(__name__)

# A page of what X tells of the past has at most so many, and it tells no more than so many pages.
PAGE, MOST_PAGES = "100", 8
POSTS = {
    "max_results": PAGE,
    "tweet.fields": "author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,referenced_tweets,attachments",
    "expansions": "author_id,attachments.media_keys,attachments.poll_ids,referenced_tweets.id",
    "user.fields": "affiliation,name,username",
    "media.fields": "alt_text,preview_image_url,type,url",
}
MESSAGES = {
    "max_results": PAGE,
    "event_types": "MessageCreate",
    "dm_event.fields": "attachments,created_at,dm_conversation_id,entities,event_type,sender_id,text",
    "expansions": "attachments.media_keys,sender_id",
    "user.fields": "affiliation,name,username",
    "media.fields": "alt_text,preview_image_url,type,url",
}
# How far a search of recent posts reaches back, less a minute for the way.
SEARCHED = timedelta(days=7) - timedelta(minutes=1)
# What X sends again is of the last day, and lies between so long before now (docs.x.com, Account
# Activity API, "Replay functionality").
REPLAYED = timedelta(hours=24) - timedelta(minutes=1)
YOUNGEST_START, YOUNGEST_END = timedelta(minutes=32), timedelta(minutes=11)


class Past:
    """Asks X what was; each piece of it in a body of its own."""

    def __init__(self, api: Api, own: str, clock: Clock) -> None:
        self._api = api
        self._own = own
        self._clock = clock
        # Up to where X has sent everything again, so that it is asked once only.
        self._replayed: datetime | None = None

    async def history(self, since: datetime, webhook_id: str) -> AsyncIterator[bytes]:
        """What was said to the account, behind what was said in its name: that may have answered it.

        With a webhook X is asked to send all of its events again, too: encrypted messages cannot be
        asked for, nor what was read.
        """
        if webhook_id:
            await self._replay(webhook_id, since)
        posts = {**POSTS, "start_time": _iso(since)}
        for path in (f"/2/users/{self._own}/tweets", f"/2/users/{self._own}/mentions"):
            for body in await self._bodies("posts", path, posts, since):
                yield body
        for body in await self._bodies("messages", "/2/dm_events", MESSAGES, since):
            yield body

    async def search(self, query: str, username: str, since: datetime) -> AsyncIterator[bytes]:
        """Posts that a query finds, and that do not name the account."""
        start = max(since, self._clock() - SEARCHED)
        wanted = f"({query}) -from:{username} -to:{username} -@{username} -is:retweet"
        asked = {**POSTS, "query": wanted, "start_time": _iso(start)}
        for body in await self._bodies("search", "/2/tweets/search/recent", asked, start):
            yield body

    async def _bodies(
        self, kind: Fetched, path: str, query: Mapping[str, str], since: datetime
    ) -> list[bytes]:
        """The oldest first; before them, where X may not have told all, that there may be a gap."""
        token_name = "next_token" if kind == "search" else "pagination_token"
        pages, is_all = await self._pages(path, query, token_name, since if kind == "messages" else None)
        told = [fetched(kind, page) for page in pages]
        if is_all:
            return told
        log.warning("X may not tell all since %s: %s", _iso(since), path)
        return [gap(path, since), *told]

    async def _pages(
        self, path: str, query: Mapping[str, str], token_name: str, since: datetime | None = None
    ) -> tuple[list[Json], bool]:
        """The oldest first, and whether that is surely all. `since` is for what cannot be asked by time.

        X ends some lists after so many pages as if there was no more.
        """
        pages: list[Json] = []
        token, is_all = "", False
        while len(pages) < MOST_PAGES:
            more = {token_name: token} if token else {}
            page = await self._api.get(path, {**query, **more})
            pages.append(page if since is None else _from(page, since))
            token = text(thing(page, "meta"), "next_token")
            reaches_back = since is not None and len(pages[-1]["data"]) < len(list(things(page, "data")))
            is_all = reaches_back or (not token and len(pages) < MOST_PAGES)
            if is_all or not token:
                break
        return pages[::-1], is_all

    async def _replay(self, webhook_id: str, since: datetime) -> None:
        now = self._clock()
        start, end = max(since, self._replayed or since, now - REPLAYED), now - YOUNGEST_END
        if start > now - YOUNGEST_START:
            return
        body = {"webhook_id": webhook_id, "from_date": _minute(start), "to_date": _minute(end)}
        try:
            await self._api.as_app("POST", "/2/webhooks/replay", body=body)
        except DeliveryError as error:
            # Not every plan has it, and one runs at a time: what can be asked for is, all the same.
            log.info("X does not send events again: %s", error)
        else:
            self._replayed = end


def _from(page: Json, since: datetime) -> Json:
    """A page without what is older; X tells the newest first."""
    young = [each for each in things(page, "data") if (moment(each, "created_at") or since) >= since]
    return {**page, "data": young}


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _minute(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y%m%d%H%M")
