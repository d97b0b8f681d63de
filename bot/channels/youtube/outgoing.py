"""What we say, in YouTube's words. Pure."""

from __future__ import annotations

import re

from bot.channels.render import with_buttons_as_text
from bot.messages import Outbound

# What nobody sees, and what makes of `@name` none that anybody is told of. Addresses stay whole.
GAP = "\u2060"
NAME = re.compile(r"(?<!\w)@(?=\w)")


def mention(name: str) -> str:
    """How somebody is called to; names of today are handles and begin with `@` already."""
    bare = name.strip().lstrip("@")
    return f"@{bare}" if bare else ""


def words(outbound: Outbound, name: str) -> str:
    """The comment, which calls nobody but `name`: whoever is not the one at the top of the thread."""
    said = NAME.sub(f"@{GAP}", with_buttons_as_text(outbound.text, outbound.buttons))
    called = mention(name)
    return f"{called} {said}" if called else said
