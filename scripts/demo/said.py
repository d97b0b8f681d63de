"""What made-up customers write."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from bot.messages import Address, Inbound

_numbers = count(1)


def number() -> int:
    """The next one: nothing is told twice."""
    return next(_numbers)


def event(address: Address, text: str, name: str, at: datetime, **more: Any) -> Inbound:
    """As a channel would tell it."""
    identity = f"demo-{number()}"
    fields = {"event_id": identity, "message_id": identity, **more}
    return Inbound(address=address, text=text, author=name, sent_at=at, **fields)
