"""What we say, in a forum's words. Pure."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.discourse.options import USERNAME
from bot.channels.render import with_buttons_as_text
from bot.errors import DeliveryRefused
from bot.messages import Outbound

Json = dict[str, Any]

# Seen by nobody, and it keeps a name from being one: who is mentioned is notified.
GAP = "\u200b"
# The address of a private message that is still to be begun is a name, not a topic's number.
NEW = "@"
LONGEST_TITLE = 80
_MENTION = re.compile(r"(?<![\w@/.])@(?=\w)")
_ID = re.compile(r"(?P<topic>[0-9]{1,15})/(?P<number>[0-9]{1,15})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


def post(outbound: Outbound) -> Json:
    """The fields of POST /posts.json (https://docs.discourse.org, createTopicPostPM)."""
    words = harmless(with_buttons_as_text(outbound.text, outbound.buttons))
    address = outbound.address
    if outbound.in_private or address.chat.startswith(NEW):
        return _message(address.person, words)
    if not _NUMBER.fullmatch(address.chat):
        raise DeliveryRefused("the address is none of Discourse")
    fields: Json = {"topic_id": int(address.chat)}
    answered = _ID.fullmatch(outbound.reply_to)
    if answered and answered["topic"] == address.chat:
        # Its author is notified: no name is needed.
        return {**fields, "raw": words, "reply_to_post_number": int(answered["number"])}
    if address.surface == "public":
        words = f"@{_name(address.person)} {words}"
    return {**fields, "raw": words}


def harmless(text: str) -> str:
    """The same text, mentioning nobody."""
    return _MENTION.sub(f"@{GAP}", text)


def _message(person: str, words: str) -> Json:
    """A new private message, which needs a title: what it begins with."""
    title = " ".join(words.split())
    if len(title) > LONGEST_TITLE:
        title = title[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:.-–—") + "…"
    to = {"archetype": "private_message", "target_recipients": _name(person)}
    return {**to, "title": title, "raw": words}


def _name(person: str) -> str:
    if not USERNAME.fullmatch(person):
        raise DeliveryRefused("the address names nobody on a forum")
    return person
