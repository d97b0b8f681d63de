"""X: posts that mention an account, and direct messages to it."""

from __future__ import annotations

from bot.channels.x.channel import X

__all__ = ["X"]
