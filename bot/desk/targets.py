"""Where an agent may write in a case, how long still, and how much."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import ApprovedText
from bot.desk.platforms import Platform, Platforms
from bot.desk.windows import ALWAYS, CLOSED, Window, reply_window, window_of_comment
from bot.errors import NotFound, ReplyRefused
from bot.messages import Surface
from bot.store import mentions, outbound, transcript
from bot.store.rows import Conversation

# No platform's texts are longer by much, and nobody reads them.
LONGEST_TEXT = 4000
_PRIVATE = ":private"


class TooLong(ReplyRefused):
    """A text is longer than its platform takes, in what that counts."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__("too_long_here")
        self.length = length
        self.most = most


class Target(Struct, frozen=True, kw_only=True):
    """A conversation, or `in_private` who wrote the last message of a public one.

    `reply_to` is the platform's id of the customer's message below which a text hangs, and `why`
    the reason for which nothing may be written.
    """

    talk: Conversation
    platform: Platform
    window: Window
    in_private: bool = False
    reply_to: str = ""
    why: str = ""

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.talk.id}{_PRIVATE if self.in_private else ''}"

    @property
    def kind(self) -> str:
        """How agents are told what it is."""
        return "in_private" if self.in_private else self.talk.surface

    @property
    def surface(self) -> Surface:
        """Who reads what is written there."""
        return "private" if self.in_private else self.talk.surface

    @property
    def most(self) -> int:
        """How long a text may be, in what the platform counts."""
        return min(self.platform.features.longest(self.surface), LONGEST_TEXT)

    @property
    def templates(self) -> tuple[ApprovedText, ...]:
        """The texts that are still taken when nothing else is, those in his language first."""
        if self.window.is_open or self.in_private:
            return ()
        language = self.talk.language or ""
        return tuple(
            sorted(self.platform.templates, key=lambda text: text.language.partition("_")[0] != language)
        )

    def length(self, text: str) -> int:
        """How long a text is for the platform."""
        return self.platform.features.measure(text.strip())


def named(key: str) -> tuple[int, bool]:
    """The conversation that a form names, and whether its customer is written to in private."""
    number = key.removesuffix(_PRIVATE)
    is_number = number.isascii() and number.isdecimal() and len(number) < 10
    return (int(number) if is_number else 0), key.endswith(_PRIVATE)


def of(
    connection: Connection, talks: tuple[Conversation, ...], platforms: Platforms, now: datetime
) -> tuple[Target, ...]:
    """All that an agent is offered, where the customer came last first."""
    found = []
    for talk in reversed(talks):
        found.append(find(connection, talk, platforms, now))
        if aside := _in_private(connection, talk, platforms.of(talk), now):
            found.append(aside)
    return tuple(target for target in found if not target.in_private or _is_of_use(target, found))


def _is_of_use(aside: Target, targets: list[Target]) -> bool:
    """Whether a private answer leads further than a private chat, or must be waited for."""
    account = (aside.talk.channel, aside.talk.account)
    chats = [
        target
        for target in targets
        if target.talk.surface == "private" and (target.talk.channel, target.talk.account) == account
    ]
    if aside.window.is_open:
        return not any(chat.window.is_open for chat in chats)
    return aside.why == "private_reply_used" and not chats


def proposed(targets: tuple[Target, ...]) -> Target:
    """The one that is chosen unless the agent chooses: public only where nothing else is known.

    Never because a private one has closed: what is being typed for it must not be published.
    """
    private = [target for target in targets if target.talk.surface == "private"]
    aside = [target for target in targets if target.in_private]
    return (private or aside or list(targets))[0]


def find(
    connection: Connection,
    talk: Conversation,
    platforms: Platforms,
    now: datetime,
    *,
    in_private: bool = False,
) -> Target:
    """One of them, open or not; raises `NotFound` where a platform has no such thing."""
    platform = platforms.of(talk)
    if in_private:
        target = _in_private(connection, talk, platform, now)
        if target is None:
            raise NotFound("there is no private answer to that")
        return target
    if talk.surface == "public":
        reply_to = transcript.last_platform_id(connection, talk.id)
        return Target(talk=talk, platform=platform, window=ALWAYS, reply_to=reply_to)
    window = reply_window(platform.features.windows, talk.said_at, now)
    why = "" if window.is_open else "window_closed" if talk.said_at else "no_answer_yet"
    return Target(talk=talk, platform=platform, window=window, why=why)


def check(target: Target, text: str) -> None:
    """Refuse what the platform would refuse."""
    if target.why:
        raise ReplyRefused(target.why)
    check_length(target, text)


def check_length(target: Target, text: str) -> None:
    """Refuse a text that is too long for the platform."""
    length = target.length(text)
    if length > target.most:
        raise TooLong(length, target.most)


def _in_private(
    connection: Connection, talk: Conversation, platform: Platform, now: datetime
) -> Target | None:
    """The one private answer to the customer's last public message, where there is such a thing."""
    allowed = platform.features.private_reply
    if talk.surface == "private" or allowed is None:
        return None
    message_id = transcript.last_platform_id(connection, talk.id)
    line = transcript.by_platform_id(connection, talk.id, message_id) if message_id else None
    if line is None or line.deleted_at or mentions.is_joined(connection, talk.id, message_id):
        return None
    window, why = window_of_comment(allowed, line.sent_at or line.created_at, now), ""
    if outbound.is_replied_in_private(connection, talk.id, message_id):
        window, why = CLOSED, "private_reply_used"
    elif not window.is_open:
        why = "private_reply_late"
    return Target(talk=talk, platform=platform, window=window, in_private=True, reply_to=message_id, why=why)
