"""Addresses and keys of the AT Protocol. Pure.

Records of posts are filed under a TID: microseconds since 1970 and ten more bits, in base 32 that
sorts (https://atproto.com/specs/tid). Servers refuse, or show nobody, posts that are filed otherwise.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timezone

from bot.messages import Outbound

POST = "app.bsky.feed.post"
URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([A-Za-z0-9.-]+)/([A-Za-z0-9._:~-]+)")
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
BITS, CLOCK_BITS, LENGTH = 5, 10, 13
# Ours are of these years, of which no program makes any for what is said today: so ours are told
# from a colleague's posts, and stand behind them in the repository's order.
FIRST = int(datetime(2001, 1, 1, tzinfo=timezone.utc).timestamp()) * 10**6
LAST = int(datetime(2009, 1, 1, tzinfo=timezone.utc).timestamp()) * 10**6


def split(uri: str) -> tuple[str, str] | None:
    """Whose record an address names, and under what key; None where it is no address of one."""
    found = URI.fullmatch(uri)
    return (found[1], found[3]) if found else None


def owner(uri: str) -> str:
    """Whose record it is; empty where nobody knows."""
    found = split(uri)
    return found[0] if found else ""


def page(uri: str) -> str:
    """Where a human finds a post."""
    found = URI.fullmatch(uri)
    return f"https://bsky.app/profile/{found[1]}/post/{found[3]}" if found and found[2] == POST else ""


def rkey(outbound: Outbound) -> str:
    """The key of a text of ours: the same one each time that it is sent.

    Our numbers begin anew with a new database: the words belong to it, too.
    """
    address = outbound.address
    said = "\n".join((str(outbound.id), address.account, address.key, outbound.reply_to, outbound.text))
    digest = hashlib.sha256(said.encode(errors="replace")).digest()
    moment = FIRST + int.from_bytes(digest[:8], "big") % (LAST - FIRST)
    return _encoded(moment << CLOCK_BITS | int.from_bytes(digest[8:10], "big") % (1 << CLOCK_BITS))


def is_ours(key: str) -> bool:
    """Whether Relais filed a post under this key."""
    return tid(FIRST) <= key < tid(LAST) and len(key) == LENGTH


def key_at(moment: datetime) -> str:
    """The first key of a moment."""
    return tid(int(moment.timestamp() * 10**6))


def tid(microseconds: int) -> str:
    """The first key of a moment, in microseconds since 1970."""
    return _encoded(microseconds << CLOCK_BITS)


def _encoded(number: int) -> str:
    digits = ((number >> BITS * place) % len(ALPHABET) for place in reversed(range(LENGTH)))
    return "".join(ALPHABET[digit] for digit in digits)
