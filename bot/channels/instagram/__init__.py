"""Instagram: direct messages in private, comments and mentions in public."""

from __future__ import annotations

from bot.channels.instagram.channel import Instagram

__all__ = ["Instagram"]
