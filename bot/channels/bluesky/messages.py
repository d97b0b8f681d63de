"""Fetches direct messages: what is unread at first, then what the log tells."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from bot.channels.bluesky import bodies
from bot.channels.bluesky.line import Json, Refusal
from bot.channels.bluesky.memory import OLDEST, Memory
from bot.channels.bluesky.talks import Talks, sent_at
from bot.channels.bluesky.wire import Me
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryError

# Of a conversation so many messages are looked at, which is more than anybody writes in a night.
MOST_MESSAGES = 500
# Another process may have sent a message of ours: until then it has written down that it did.
SETTLED = timedelta(seconds=5)


class Messages:
    """The direct messages of an account, as bodies; raises `NoChat` where there are none."""

    def __init__(self, talks: Talks, memory: Memory, clock: Clock) -> None:
        self._talks = talks
        self._memory = memory
        self._clock = clock

    async def new(self, me: Me) -> AsyncGenerator[bytes, None]:
        """What was said since the last time; at first, what is unread and not too old."""
        if self._memory.cursor is None:
            _, cursor = await self._talks.log(None)  # what comes while we look is found after that
            async for body in self._unread(me):
                yield body
            self._memory.cursor = cursor
        place: str = self._memory.cursor
        entries, cursor = await self._talks.log(place)
        read: dict[str, str] = {}
        for convo, message in await self._told(entries):
            message_id = str(message.get("id"))
            if self._is_unsettled(message, me):
                cursor = place
            elif not self._memory.is_taken(message_id):
                yield bodies.direct(convo, message, me)
                self._memory.take_message(message_id)
                read[str(convo.get("id"))] = message_id
        self._memory.cursor = cursor
        for number, message_id in read.items():
            await self._mark(number, message_id)

    async def since(self, me: Me, moment: datetime) -> AsyncGenerator[bytes, None]:
        """What was said since a moment, in each conversation what colleagues said first.

        Else the bot would answer what a colleague has answered while nobody looked.
        """
        async for convo in self._talks.convos(unread=False):
            last = convo.get("lastMessage")
            if isinstance(last, dict) and (sent_at(last) or moment) < moment:
                return  # those after it have been silent for longer
            try:
                recent = await self._recent(convo, since=moment)
            except Refusal:  # left meanwhile
                continue
            for message in sorted(recent, key=lambda each: not _is_by(each, me.did)):
                if not (self._is_unsettled(message, me) or self._talks.is_ours(str(message.get("id")))):
                    yield bodies.direct(convo, message, me)

    async def _told(self, entries: list[Json]) -> list[tuple[Json, Json]]:
        """What the log tells of, each with its conversation, without what this process has sent."""
        found = []
        for entry in entries:
            message = entry.get("message")
            if not isinstance(message, dict) or self._talks.is_ours(str(message.get("id"))):
                continue
            convo = await self._talks.convo(str(entry.get("convoId")))
            if convo is not None:
                found.append((convo, message))
        return found

    def _is_unsettled(self, message: Json, me: Me) -> bool:
        moment = sent_at(message)
        return _is_by(message, me.did) and moment is not None and self._clock() - moment < SETTLED

    async def _unread(self, me: Me) -> AsyncGenerator[bytes, None]:
        async for convo in self._talks.convos(unread=True):
            oldest = self._clock() - OLDEST
            try:
                recent = await self._recent(convo, since=oldest, unread=_count(convo), me=me.did)
            except Refusal:  # left meanwhile
                continue
            for message in recent:
                yield bodies.direct(convo, message, me)
            if recent:
                await self._mark(str(convo.get("id")), str(recent[-1].get("id")))

    async def _recent(
        self, convo: Json, *, since: datetime | None = None, unread: int = MOST_MESSAGES, me: str = ""
    ) -> list[Json]:
        """The last messages of a conversation, the oldest first: so many unread ones of the other."""
        found: list[Json] = []
        async for message in self._talks.messages(str(convo.get("id"))):
            if unread <= 0 or len(found) >= MOST_MESSAGES or _is_before(message, since):
                break
            found.append(message)
            unread -= not (me and _is_by(message, me))
        return found[::-1]

    async def _mark(self, number: str, message_id: str) -> None:
        """Let the chat remember our place; where that fails, the inbox knows what comes again."""
        try:
            await self._talks.read(number, message_id)
        except AccountStopped:
            raise
        except DeliveryError:
            return


def _count(convo: Json) -> int:
    told = convo.get("unreadCount")
    return told if isinstance(told, int) else 0


def _is_before(message: Json, since: datetime | None) -> bool:
    moment = sent_at(message)
    return since is not None and moment is not None and moment < since


def _is_by(message: Json, did: str) -> bool:
    sender = message.get("sender")
    return isinstance(sender, dict) and sender.get("did") == did
