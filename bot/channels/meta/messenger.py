"""What the channels of Facebook and Instagram do alike: private messages and replies to comments."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from bot.channels.base import Windows
from bot.channels.http import repeatable
from bot.channels.meta.channel import MetaChannel
from bot.channels.meta.correlation import mark
from bot.channels.meta.graph import Graph
from bot.channels.meta.history import talks
from bot.channels.meta.options import Keys
from bot.channels.meta.reading import entries, identifier
from bot.channels.reading import Json
from bot.channels.render import GRAPHEME, with_buttons_as_text
from bot.clock import now
from bot.errors import DeliveryRefused, DeliveryUnknown, WindowClosed
from bot.messages import Address, Button, Inbound, Outbound, Receipt

log = logging.getLogger(__name__)

WINDOWS = Windows(anybody=timedelta(hours=24), human=timedelta(days=7))
PRIVATE_REPLY = timedelta(days=7)
# Quick replies, of Messenger and Instagram alike.
MOST_BUTTONS = 13
LONGEST_TITLE = 20
LONGEST_PAYLOAD = 1000
# Why a message may be sent.
RESPONSE = {"messaging_type": "RESPONSE"}
LATE = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


class MessengerChannel(MetaChannel, ABC):
    """One account with private messages and public comments.

    `own` is its identifier on the platform, `node` in whose name messages are sent. `human_agent`
    says that Meta has granted the permission of that name: humans then have seven days for their
    answers.
    """

    # What Meta calls the accounts of this platform.
    kind: ClassVar[str]
    # What conversations of this platform are asked for by.
    platform: ClassVar[str]

    def __init__(
        self, account: str, keys: Keys, graph: Graph, *, own: str, node: str, human_agent: bool
    ) -> None:
        super().__init__(account, keys, graph)
        self._own = own
        self._node = node
        self._messages = f"{node}/messages"
        self._human_agent = human_agent

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """Translate what concerns this account: others of the same app share the request."""
        mine = (entry for entry in entries(raw_body, self.kind) if identifier(entry, "id") == self._own)
        return _in_order([event for entry in mine for event in self._events(entry)])

    @abstractmethod
    def _events(self, entry: Json) -> list[Inbound]:
        """Translate one entry of this account."""

    async def send(self, outbound: Outbound) -> Receipt:
        """Try once: in private, under a comment, or in private to who wrote a comment."""
        if outbound.in_private:
            return await self._reply_in_private(outbound)
        if outbound.address.surface == "public":
            return await self._comment(outbound)
        answer = await self._write(
            {"id": outbound.address.chat},
            {"text": outbound.text, **_quick_replies(outbound.buttons)},
            outbound,
            self._excuse(outbound),
        )
        return Receipt(message_id=_id_in(answer, "message_id"))

    async def _reply_in_private(self, outbound: Outbound) -> Receipt:
        answer = await self._write(_to_commenter(outbound), {"text": _words(outbound)}, outbound, RESPONSE)
        return Receipt(
            message_id=_id_in(answer, "message_id"), private_chat=identifier(answer, "recipient_id")
        )

    async def _comment(self, outbound: Outbound) -> Receipt:
        path, more = self._public(outbound)
        answer = await self._graph.post(path, {"message": _words(outbound), **more})
        return Receipt(message_id=_id_in(answer, "id"))

    def history(self, since: datetime) -> AsyncIterator[bytes]:
        """Private conversations and comments since then; what Meta does not grant us is left out."""
        return self._history(since)

    async def _history(self, since: datetime) -> AsyncIterator[bytes]:
        for part in (self._talks(since), self._said_in_public(since)):
            try:
                async for body in part:
                    yield body
            except DeliveryRefused as error:
                log.warning("a part of the history is not told: %s", error, extra={"account": self.account})

    def _talks(self, since: datetime) -> AsyncIterator[bytes]:
        return talks(
            self._graph,
            self._node,
            self.platform,
            kind=self.kind,
            own=self._own,
            since=since,
            now=now(),
        )

    @abstractmethod
    def _said_in_public(self, since: datetime) -> AsyncIterator[bytes]:
        """What was written in public since then."""

    async def _write(self, recipient: Json, message: Json, outbound: Outbound, excuse: Json) -> Json:
        marked = {**message, "metadata": mark(outbound.id)}
        return await self._graph.post(self._messages, {"recipient": recipient, "message": marked, **excuse})

    @abstractmethod
    def _public(self, outbound: Outbound) -> tuple[str, dict[str, Any]]:
        """Where a public answer is posted to, and what goes along with its text."""

    def _excuse(self, outbound: Outbound) -> Json:
        """Why this message may be sent now: after the first day only a human's word may be."""
        if not outbound.late:
            return RESPONSE
        if not self._human_agent or outbound.purpose != "agent":
            raise WindowClosed("the 24 hours are over, and Meta has not allowed more (HUMAN_AGENT)")
        return LATE

    async def show_typing(self, address: Address) -> None:
        """Show for some twenty seconds that an answer is being written."""
        if address.surface == "private":
            self._in_passing(self._act(address.chat, "typing_on"))

    def received(self, event: Inbound) -> None:
        """Show that a private message was seen; refused while another application has the conversation."""
        if event.kind == "message" and event.address.surface == "private":
            self._in_passing(self._act(event.address.chat, "mark_seen"))

    async def _act(self, person: str, action: str) -> None:
        with repeatable():
            await self._graph.post(self._messages, {"recipient": {"id": person}, "sender_action": action})


def _in_order(events: list[Inbound]) -> list[Inbound]:
    """As they were said: what Meta sends again comes in any order."""
    timed = [(event.sent_at, number, event) for number, event in enumerate(events) if event.sent_at]
    return [event for _, _, event in sorted(timed)] if len(timed) == len(events) else events


def in_path(name: str) -> str:
    """An identifier as one step of a path, whatever characters it has."""
    return quote(name, safe="")


def _to_commenter(outbound: Outbound) -> dict[str, str]:
    """Who wrote a comment, or a post of his own on the Page."""
    if not outbound.reply_to:
        raise DeliveryRefused("there is no comment to reply to in private")
    is_post = outbound.reply_to == outbound.address.chat
    return {"post_id" if is_post else "comment_id": outbound.reply_to}


def _words(outbound: Outbound) -> str:
    """The text where no buttons can be."""
    return with_buttons_as_text(outbound.text, outbound.buttons)


def _quick_replies(buttons: tuple[Button, ...]) -> dict[str, Any]:
    if not buttons:
        return {}
    return {"quick_replies": [_quick_reply(button) for button in buttons[:MOST_BUTTONS]]}


def _quick_reply(button: Button) -> dict[str, str]:
    """A payload that is too long gives way to the title, which would be understood if typed."""
    payload = button.payload if 0 < len(button.payload) <= LONGEST_PAYLOAD else button.title
    return {"content_type": "text", "title": _short(button.title), "payload": payload[:LONGEST_PAYLOAD]}


def _short(title: str) -> str:
    """A title that fits; what one sees as one character is kept whole."""
    if len(title) <= LONGEST_TITLE:
        return title
    ends = (grapheme.end() for grapheme in GRAPHEME.finditer(title))
    return f"{title[: max((end for end in ends if end < LONGEST_TITLE), default=0)].rstrip()}…"


def _id_in(answer: Json, name: str) -> str:
    message_id = identifier(answer, name)
    if not message_id:
        raise DeliveryUnknown("Meta: the answer names no message")
    return message_id
