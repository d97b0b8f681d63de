"""A text of X as people read it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.channels.reading import Json, text

# Nothing else is escaped.
ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
# Addresses that X puts behind a text for what hangs below it, and which nobody typed.
APPENDED = re.compile(
    r"https://(?:x|twitter)\.com/(?:\w+/status/[0-9]+/(?:photo|video)/[0-9]+|messages/media/[0-9]+"
    r"|i/web/status/[0-9]+)"
)
OTHERS_POST = re.compile(r"https://(?:x|twitter)\.com/\w+/status/(?P<id>[0-9]+)(?:\?.*)?")


def plain_text(words: str, urls: Iterable[Json], *, quoted: str = "") -> str:
    """With real addresses in place of shortened ones, but for those that X has put there itself."""
    for url in urls:
        short = text(url, "url")
        if short:
            words = words.replace(short, "" if _is_appended(url, quoted) else _long(url))
    for escaped, letter in ESCAPED:
        words = words.replace(escaped, letter)
    return words.strip()


def without_name(words: str, username: str) -> str:
    """Without our own name at its head, as which a text is addressed."""
    if not username:
        return words
    found = re.match(rf"(?:@{re.escape(username)}\b[\s,:]*)+", words, re.IGNORECASE)
    return words[found.end() :] if found else words


def _is_appended(url: Json, quoted: str) -> bool:
    whole = text(url, "expanded_url")
    post = OTHERS_POST.fullmatch(whole)
    is_quoted = post is not None and post["id"] == quoted
    return is_quoted or bool(APPENDED.fullmatch(whole) or text(url, "media_key"))


def _long(url: Json) -> str:
    """As it was typed, which X tells only in part: where it adds nothing but a scheme, there was none."""
    whole, shown = text(url, "expanded_url"), text(url, "display_url")
    return shown if shown and whole in (f"http://{shown}", f"http://{shown}/") else whole or text(url, "url")
