"""Rows of the database as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from bot.messages import Address, Attachment, Button, Entity, Purpose, Register, Surface, Template

CaseStatus = Literal["waiting", "claimed", "resolved", "handed_back"]
Author = Literal["customer", "bot", "agent", "note", "colleague"]
Delivery = Literal["queued", "sent", "delivered", "read", "failed", "unknown", "dropped"]
Role = Literal["agent", "supervisor"]

# A case in one of these belongs to humans: the bot is silent.
HUMAN: tuple[CaseStatus, ...] = ("waiting", "claimed")
# After so long without a sign of who has a conversation elsewhere it is ours again, as Meta's own
# routing has it (https://developers.facebook.com/documentation/business-messaging/).
ELSEWHERE = timedelta(hours=24)
# A conversation stays with a server of the assistant until it has been quiet for so long. Then any may have
# it, so that what one got while the others were away, or not there yet, spreads again.
STAYS = timedelta(days=1)

S = TypeVar("S", bound=Struct)


class Conversation(Struct, frozen=True, kw_only=True):
    """A conversation and what the bot remembers of it."""

    id: int
    channel: str
    account: str
    surface: Surface
    chat: str
    thread: str
    person: str
    author: str
    language: str | None
    last_seq: int
    case_id: int | None
    misunderstandings: int
    last_purpose: Purpose | None
    acknowledged: bool
    stopped_at: datetime | None
    unreachable_at: datetime | None
    abusive_at: datetime | None
    elsewhere_at: datetime | None
    said_at: datetime | None
    due_at: datetime | None
    attempts: int
    server: str | None
    read_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def address(self) -> Address:
        """Where it takes place."""
        return Address(
            channel=self.channel,
            account=self.account,
            surface=self.surface,
            chat=self.chat,
            person=self.person,
            thread=self.thread,
        )

    def is_elsewhere(self, now: datetime) -> bool:
        """Whether somebody outside of Relais has it, so that the bot is silent."""
        return self.elsewhere_at is not None and now - self.elsewhere_at < ELSEWHERE

    def server_at(self, now: datetime) -> str:
        """Which server of the assistant it is with; empty where with none."""
        if self.read_at is None or now - self.read_at >= STAYS:
            return ""
        return self.server or ""


class Line(Struct, frozen=True, kw_only=True):
    """A message in a conversation, or a note beside it."""

    id: int
    conversation_id: int
    seq: int
    author: Author
    agent_id: int | None
    purpose: Purpose | None
    text: str
    is_payload: bool
    shown: str
    is_start: bool
    attachments: tuple[Attachment, ...]
    buttons: tuple[Button, ...]
    reply_to: str
    platform_id: str
    delivery: Delivery | None
    delivery_reason: str | None
    in_private: bool
    template: Template | None
    sent_at: datetime | None
    created_at: datetime
    handled_at: datetime | None
    edited_at: datetime | None
    deleted_at: datetime | None
    hidden_at: datetime | None

    @property
    def readable(self) -> str:
        """What people read: a button's title where its payload means nothing to them."""
        return self.shown or self.text


class Case(Struct, frozen=True, kw_only=True):
    """What was handed over to humans."""

    id: int
    reference: str
    conversation_id: int
    status: CaseStatus
    reason: str
    why: str
    register: Register
    language: str
    rank: int
    team: str
    agent_id: int | None
    entities: tuple[Entity, ...]
    opened_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None
    answer_by: datetime
    answered_at: datetime | None
    resolved_at: datetime | None
    updated_at: datetime

    @property
    def is_human(self) -> bool:
        """Whether humans own it, so that the bot is silent."""
        return self.status in HUMAN


class Recorded(Struct, frozen=True, kw_only=True):
    """An entry of the record: who did what, and when."""

    id: int
    at: datetime
    conversation_id: int | None
    case_id: int | None
    actor: str
    action: str
    details: dict[str, Any]


class Agent(Struct, frozen=True, kw_only=True):
    """A person who works at the desk."""

    id: int
    login: str
    name: str
    role: Role
    team: str | None
    active: bool


def read(kind: type[S], row: Mapping[Any, Any]) -> S:
    """Turn a row into a value; columns that the value does not have are left out."""
    # SQLAlchemy's keys are a subclass of str, which msgspec does not take.
    return msgspec.convert({str(name): value for name, value in row.items()}, kind)
