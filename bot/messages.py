"""What travels between the floors: frozen, keyword-only, serialisable values."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

Surface = Literal["public", "private"]
Register = Literal[
    "complaint",
    "problem",
    "question",
    "idea",
    "opportunity",
    "thanks",
    "crisis",
    "campaign_echo",
    "other",
]
EventKind = Literal[
    # of what a customer wrote
    "message",
    "edited",
    "deleted",
    "hidden",
    "shown",
    # of a text of ours
    "sent",
    "delivered",
    "read",
    "failed",
    # of the conversation
    "unreachable",
    "reachable",
    "colleague",
    "taken_elsewhere",
    "returned",
    # of the brand, not to it
    "mention",
    # of the account
    "gap",
]
Purpose = Literal[
    "answer",
    "thank",
    "acknowledge",
    "clarify",
    "handover",
    "notice",
    "agent",
]


class Address(Struct, frozen=True, kw_only=True):
    """Where a conversation takes place, in the platform's own identifiers.

    `thread` is the topic or root post within a chat where the platform has such, else empty.
    `person` is the platform's identifier of the customer.
    """

    channel: str
    account: str
    surface: Surface
    chat: str
    person: str
    thread: str = ""

    @property
    def key(self) -> str:
        """What tells conversations of one account apart.

        A private chat is one conversation. In public everybody who writes has a conversation
        of his own per thread: a colleague who takes over for one must not silence the bot
        for all others.
        """
        if self.surface == "private":
            return f"private/{self.chat}"
        return f"public/{self.chat}/{self.thread}/{self.person}"


class Attachment(Struct, frozen=True, kw_only=True):
    """Content other than text; `reference` is the platform's handle to fetch it, if any."""

    kind: str
    reference: str = ""
    name: str = ""


class Button(Struct, frozen=True, kw_only=True):
    """A quick reply: `title` is shown, `payload` comes back as if typed."""

    title: str
    payload: str


class Inbound(Struct, frozen=True, kw_only=True):
    """One event of a conversation: mostly a customer's message, else what `kind` says.

    `hidden` and `shown`: somebody hid a public message, or shows it again. `sent`, `delivered`,
    `read` and `failed`: what became of a text of ours; `message_id` is its id on the platform,
    and `correlation` our own (`Outbound.id`) where the platform repeats it. Where it tells only
    that everything up to a moment arrived or was read, that is `until`, and `message_id` is empty.
    `colleague`: a human of the brand wrote `text` in the platform's own inbox, or it is a text of ours
    that comes back where the platform does not tell these apart; with an empty `Address.person` in a
    public thread, to whoever writes there. `taken_elsewhere`:
    another application has the conversation; `returned`: it is ours again. `mention`: a public post
    that speaks of the brand and does not address it; its `event_id` begins with `mention/`, for the
    same post may address another account. `gap`: the platform does not tell all that was said to the
    account since `sent_at`.

    `event_id` is unique per channel and account: the same event delivered twice has the same.
    `message_id` is the platform's id of the message that the event is, edits or deletes.
    `sent_at` is when, by the platform's clock; None where it does not tell: our own clocks may
    differ, or be set back, and must not change the order of what came in order.
    `author` is the display name, which is hostile input like `text`.
    `language` is what the client says of itself (ISO 639-1), a hint only.
    `start_token` came with a deep link from a public thread.
    `text_is_payload` says that a button was pressed, not a text typed; `shown` is then the
    button's title, for those who read the transcript. `aliases` are other identifiers by which
    the platform knows the same private chat, and may name it alone another time. `reason` is why
    a text of ours failed, in the platform's words. `url` is where a human finds the message on the
    platform, if it has such an address.
    """

    address: Address
    event_id: str
    message_id: str
    sent_at: datetime | None = None
    kind: EventKind = "message"
    text: str = ""
    author: str = ""
    language: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""
    start_token: str = ""
    text_is_payload: bool = False
    shown: str = ""
    aliases: tuple[str, ...] = ()
    correlation: int | None = None
    until: datetime | None = None
    reason: str = ""
    url: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """A text that a platform has approved, for when free words are no longer allowed.

    `parameters` fill its placeholders, in order.
    """

    name: str
    language: str
    parameters: tuple[str, ...] = ()


class Outbound(Struct, frozen=True, kw_only=True):
    """One text to send; `id` is ours, and the idempotency key where a platform takes one.

    `late` says that the time for free answers is over and the one for a human's answer is not:
    platforms want to be told so. `template` is sent in place of the text, which then is what the
    template reads. With `in_private` the text goes privately to who wrote the public message
    `reply_to`; `address` is that of the public conversation. `language` is that of the text.
    """

    id: int
    address: Address
    text: str
    purpose: Purpose
    buttons: tuple[Button, ...] = ()
    reply_to: str = ""
    late: bool = False
    template: Template | None = None
    in_private: bool = False
    language: str | None = None


class Receipt(Struct, frozen=True, kw_only=True):
    """The platform accepted a message under `message_id`.

    `private_chat` is where it went, of a text that was sent `in_private`.
    """

    message_id: str
    private_chat: str = ""


class Entity(Struct, frozen=True, kw_only=True):
    """A detail found in a text, such as a flight number."""

    name: str
    value: str


class Ranked(Struct, frozen=True, kw_only=True):
    """One guess of the classifier with its probability."""

    intent: str
    confidence: float


class Reading(Struct, frozen=True, kw_only=True):
    """What a message was understood to be.

    `language` is None where the text alone does not tell. `confidence` (0 to 1) is that of
    `intent`; `registers` holds the probability of every register, summed over its intents.
    `topic` is the part of the intent after the register, None where there is none.
    """

    intent: str
    register: Register
    confidence: float
    topic: str | None = None
    language: str | None = None
    entities: tuple[Entity, ...] = ()
    ranking: tuple[Ranked, ...] = ()
    registers: dict[str, float] = field(default_factory=dict)


class Reply(Struct, frozen=True, kw_only=True):
    """One text of the assistant; `name` is the response or action that produced it."""

    text: str
    name: str = ""
    buttons: tuple[Button, ...] = ()


class Understanding(Struct, frozen=True, kw_only=True):
    """The assistant's answer to one turn: what it read and what it would say.

    `server` is which of several servers read it.
    """

    reading: Reading
    replies: tuple[Reply, ...] = ()
    server: str = ""


class Turn(Struct, frozen=True, kw_only=True):
    """What the assistant is asked: everything a customer wrote since the last turn.

    `conversation` keys the tracker. `language` is that of the conversation so far. `server` is which
    of several servers it is with, if with any.
    """

    conversation: str
    text: str
    language: str
    surface: Surface
    server: str = ""
