"""How long a customer may still be answered, by the rules of his platform. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from bot.channels.base import Windows

State = Literal["always", "free", "late", "closed"]


class Window(Struct, frozen=True, kw_only=True):
    """What a platform takes now.

    Anything, `always` or `free` until a moment; only what a human wrote, `late`, until a moment;
    or nothing, `closed`. `ends` is when a human's answer is no longer taken; None is never.
    """

    state: State
    until: datetime | None = None
    ends: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether an agent may write."""
        return self.state != "closed"

    @property
    def is_for_all(self) -> bool:
        """Whether the bot may write, too."""
        return self.state in ("always", "free")


ALWAYS = Window(state="always")
CLOSED = Window(state="closed")


def reply_window(windows: Windows | None, said_at: datetime | None, now: datetime) -> Window:
    """How it stands with a private answer to a customer who wrote last at `said_at`, if ever."""
    if windows is None:
        return ALWAYS
    if said_at is None:
        return CLOSED
    until, ends = said_at + windows.anybody, said_at + (windows.human or windows.anybody)
    if now < until:
        return Window(state="free", until=until, ends=ends)
    if now < ends:
        return Window(state="late", until=ends, ends=ends)
    return CLOSED


def window_of_comment(allowed: timedelta, written_at: datetime, now: datetime) -> Window:
    """How it stands with the one private answer to a public message."""
    ends = written_at + allowed
    return Window(state="free", until=ends, ends=ends) if now < ends else CLOSED
