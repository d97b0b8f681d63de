"""Fetches direct messages: what is unread at first, then what the log tells."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime

from bot.channels.bluesky import bodies
from bot.channels.bluesky.line import Json, Refusal
from bot.channels.bluesky.memory import Memory
from bot.channels.bluesky.talks import Talks, sent_at
from bot.channels.bluesky.wire import Me
from bot.errors import AccountStopped, DeliveryError

# Of a conversation so many messages are looked at, which is more than anybody writes in a night.
MOST_MESSAGES = 500


class Messages:
    """The direct messages of an account, as bodies; raises `NoChat` where there are none."""

    def __init__(self, talks: Talks, memory: Memory) -> None:
        self._talks = talks
        self._memory = memory

    async def new(self, me: Me, oldest: datetime) -> AsyncGenerator[bytes, None]:
        """What was said since the last time; at first, what is unread and not older than `oldest`."""
        if self._memory.cursor is None:
            _, cursor = await self._talks.log(None)  # what comes while we look is found after that
            async for body in self._unread(me, oldest):
                yield body
            self._memory.cursor = cursor
        entries, cursor = await self._talks.log(self._memory.cursor)
        read: dict[str, str] = {}
        for entry in entries:
            convo = await self._talks.convo(str(entry.get("convoId")))
            message = entry.get("message")
            if convo is None or not isinstance(message, dict):
                continue
            if not self._talks.is_ours(str(message.get("id"))):
                yield bodies.direct(convo, message, me)
            read[str(convo.get("id"))] = str(message.get("id"))
        self._memory.cursor = cursor
        for number, message_id in read.items():
            await self._mark(number, message_id)

    async def since(self, me: Me, moment: datetime) -> AsyncGenerator[bytes, None]:
        """What others said since a moment."""
        async for convo in self._talks.convos(unread=False):
            last = convo.get("lastMessage")
            if isinstance(last, dict) and (sent_at(last) or moment) < moment:
                return  # those after it have been silent for longer
            recent = await self._recent(convo, since=moment)
            for message in recent:
                if not _is_by(message, me.did):
                    yield bodies.direct(convo, message, me)

    async def _unread(self, me: Me, oldest: datetime) -> AsyncGenerator[bytes, None]:
        async for convo in self._talks.convos(unread=True):
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
