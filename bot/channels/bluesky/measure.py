"""How Bluesky counts a text. Pure."""

from __future__ import annotations

import regex

# Of a post (app.bsky.feed.post): what one sees as characters, and bytes in UTF-8.
MOST_GRAPHEMES, MOST_BYTES = 300, 3000
# Of a direct message (chat.bsky.convo.defs), with 10,000 bytes: in the same proportion.
MOST_GRAPHEMES_IN_PRIVATE = 1000
GRAPHEME = regex.compile(r"\X")


def weight(text: str) -> int:
    """The length of a text: what one sees as characters, or its bytes where those are scarcer."""
    size = len(text.encode(errors="replace"))
    seen = size if text.isascii() else sum(1 for _ in GRAPHEME.finditer(text))
    return max(seen, -(-size * MOST_GRAPHEMES // MOST_BYTES))
