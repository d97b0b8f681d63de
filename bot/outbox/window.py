"""Whether a customer may still be answered, by the rules of his platform. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.channels.base import Windows
from bot.messages import Outbound

# A human's text may be `late`: platforms want to be told so.
Window = Literal["open", "late", "closed"]


def window(outbound: Outbound, said_at: datetime | None, windows: Windows | None, now: datetime) -> Window:
    """How it stands with a text to a customer who wrote last at `said_at`.

    Only private answers end in time; where nobody knows when he wrote, the platform will tell.
    """
    if windows is None or said_at is None or outbound.address.surface == "public":
        return "open"
    waited = now - said_at
    if waited < windows.anybody or (outbound.template and windows.templates):
        return "open"
    is_humans = outbound.purpose == "agent"
    return "late" if is_humans and windows.human and waited < windows.human else "closed"
