"""Direct messages: asked and sent through the account's server, which passes them to Bluesky's chat.

They are no part of the open network and not encrypted (chat.bsky.convo.*).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bot.channels.bluesky.api import Api
from bot.channels.bluesky.line import Doubtful, Json, NoChat, Refusal
from bot.channels.bluesky.network import listed, moment
from bot.channels.bluesky.richtext import facets
from bot.channels.bluesky.wire import Convo
from bot.channels.reading import field, text
from bot.errors import DeliveryLater, DeliveryRefused, Unreachable

K = TypeVar("K")
V = TypeVar("V")

PAGE = "100"
# Beyond that nothing is looked for: pages of conversations, of messages, and of the log.
MOST_PAGES = 20
# Convos and texts of ours that are remembered.
REMEMBERED = 2000
# Errors of somebody who cannot be written to; older servers say it in words only.
UNREACHABLE = frozenset(
    {"BlockedActor", "BlockedSubject", "MessagesDisabled", "NotFollowedBySender", "RecipientNotFound"}
)
UNREACHABLE_WORDS = ("incoming messages", "block between", "blocked")
LOG_MESSAGE = "chat.bsky.convo.defs#logCreateMessage"


class Talks:
    """The direct messages of one account; every call raises `NoChat` where there are none."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._convos: OrderedDict[str, Json] = OrderedDict()
        # Messages that this process has sent, and as which text of ours.
        self._sent: OrderedDict[str, int] = OrderedDict()
        # What stood last in the conversation when this process first tried to send a text.
        self._before: OrderedDict[int, str] = OrderedDict()

    def is_ours(self, message_id: str) -> bool:
        """Whether this process has sent it."""
        return message_id in self._sent

    async def log(self, cursor: str | None) -> tuple[list[Json], str]:
        """What happened since a place in the log, and the next place; without one, where it ends."""
        query = [("cursor", cursor)] if cursor else []
        told = await self._ask("getLog", query)
        entries = [each for each in listed(told, "logs") if each.get("$type") == LOG_MESSAGE]
        return entries, text(told, "cursor") or cursor or ""

    async def convos(self, *, unread: bool) -> AsyncIterator[Json]:
        """Conversations, where something was said last first; those that nobody has accepted too."""
        cursor = ""
        for _ in range(MOST_PAGES):
            query = [("limit", PAGE), *([("cursor", cursor)] if cursor else [])]
            query += [("readState", "unread")] if unread else []
            told = await self._ask("listConvos", query)
            for convo in listed(told, "convos"):
                _keep(self._convos, text(convo, "id"), convo)
                yield convo
            cursor = text(told, "cursor")
            if not cursor:
                return

    async def convo(self, number: str) -> Json | None:
        """A conversation by its number, if we are in it."""
        if number not in self._convos:
            try:
                told = await self._ask("getConvo", [("convoId", number)])
            except Refusal:
                return None
            _keep(self._convos, number, field(told, "convo"))
        return self._convos[number]

    async def messages(self, number: str, *, most: int = MOST_PAGES) -> AsyncIterator[Json]:
        """What was said in a conversation, the newest first."""
        cursor = ""
        for _ in range(most):
            query = [("convoId", number), ("limit", PAGE), *([("cursor", cursor)] if cursor else [])]
            told = await self._ask("getMessages", query)
            for message in listed(told, "messages"):
                yield message
            cursor = text(told, "cursor")
            if not cursor:
                return

    async def read(self, number: str, message_id: str) -> None:
        """Let the chat remember up to where messages were taken in."""
        values = {"convoId": number, "messageId": message_id}
        await self._api.post("chat.bsky.convo.updateRead", values, chat=True)

    async def send(self, person: str, text: str, *, number: int, after: str, me: str) -> str:
        """Say something to somebody, unless it stands there already; tell the message's id.

        `number` is our own of this text. It stands there where the same words of ours come after
        the message `after`, or else after the last one of the other, and are no other text of ours.
        """
        convo = await self._with(person)
        said = await self._said(convo.id, text, number=number, after=after, me=me)
        if not said:
            if convo.status == "request":
                await self._api.post("chat.bsky.convo.acceptConvo", {"convoId": convo.id}, chat=True)
            said = await self._say(convo.id, text)
        _keep(self._sent, said, number)
        return said

    async def _with(self, person: str) -> Convo:
        """The conversation with somebody, begun if there is none."""
        try:
            told = await self._ask("getConvoForMembers", [("members", person)])
            return msgspec.convert(field(told, "convo"), Convo)
        except Refusal as error:
            raise _refused(error) from None
        except msgspec.ValidationError:
            raise DeliveryLater("Bluesky: the answer is no conversation") from None

    async def _said(self, convo: str, answer: str, *, number: int, after: str, me: str) -> str:
        """The message that is this answer; empty where there is none."""
        recent = [message async for message in self.messages(convo, most=1)]
        ids = [text(message, "id") for message in recent]
        ours = [text(field(message, "sender"), "did") == me for message in recent]
        words, end = answer.split(), _end(self._before.get(number, after), ids, ours)
        _keep(self._before, number, self._before.get(number, ids[0] if ids else ""))
        for message_id, message, is_ours in zip(ids[:end], recent[:end], ours[:end], strict=True):
            is_same = is_ours and text(message, "text").split() == words
            if is_same and self._sent.get(message_id, number) == number:
                return message_id
        return ""

    async def _say(self, convo: str, answer: str) -> str:
        message: Json = {"text": answer}
        links = facets(answer)
        if links:
            message["facets"] = links
        try:
            told = await self._api.post(
                "chat.bsky.convo.sendMessage", {"convoId": convo, "message": message}, chat=True
            )
        except Refusal as error:
            raise _refused(error) from None
        message_id = text(told, "id")
        if not message_id:
            raise Doubtful("Bluesky: the answer names no message")
        return message_id

    async def _ask(self, method: str, query: list[tuple[str, str]]) -> Any:
        return await self._api.get(f"chat.bsky.convo.{method}", query, chat=True)

    async def is_open(self) -> bool:
        """Whether this account has direct messages."""
        try:
            await self._ask("listConvos", [("limit", "1")])
        except (NoChat, Refusal):
            return False
        return True


def _end(after: str, ids: list[str], ours: list[bool]) -> int:
    """How many messages come after one, or else after the last of the other's."""
    if after in ids:
        return ids.index(after)
    return ours.index(False) if False in ours else len(ours)


def sent_at(message: Json) -> datetime | None:
    """When a message was sent."""
    return moment(text(message, "sentAt"))


def _refused(error: Refusal) -> DeliveryRefused:
    words = error.reason.lower()
    if error.name in UNREACHABLE or any(phrase in words for phrase in UNREACHABLE_WORDS):
        return Unreachable(str(error))
    return error


def _keep(remembered: OrderedDict[K, V], key: K, value: V) -> None:
    remembered[key] = value
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
