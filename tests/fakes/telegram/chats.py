"""Chats and the messages in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fakes.telegram.errors import Json

NAMED = re.compile(r"(?<!\w)@\w{3,32}")
COMMAND = re.compile(r"(?<!\S)/\w{1,32}(@\w{3,32})?")


@dataclass
class Chat:
    """A chat as one bot knows it. `closed` says why the bot may not write, None while it may."""

    id: int
    type: str = "private"
    title: str = ""
    first_name: str = ""
    topics: frozenset[int] = frozenset()
    closed: str | None = None
    moved_to: int | None = None
    messages: dict[int, Json] = field(default_factory=dict)

    def facts(self) -> Json:
        """The chat as it stands in messages."""
        facts: Json = {"id": self.id, "type": self.type}
        if self.type == "private":
            return facts | {"first_name": self.first_name}
        facts["title"] = self.title
        return facts | ({"is_forum": True} if self.topics else {})

    def add(self, message: Json) -> Json:
        """Keep a message under the next number of this chat."""
        number = len(self.messages) + 1
        kept = {"message_id": number} | message | {"chat": self.facts()}
        self.messages[number] = kept
        return kept


def quoted(message: Json) -> Json:
    """A message as it stands in a reply to it: without the one that it replies to itself."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def entities(text: str) -> list[Json]:
    """The mentions and commands of a text, in order, counted in UTF-16 units as Telegram does."""
    found = [*_found(NAMED, "mention", text), *_found(COMMAND, "bot_command", text)]
    return sorted(found, key=lambda entity: int(entity["offset"]))


def _found(pattern: re.Pattern[str], kind: str, text: str) -> Iterator[Json]:
    for match in pattern.finditer(text):
        yield {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
