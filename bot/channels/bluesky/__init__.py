"""Bluesky: one account, whose notifications and direct messages are fetched."""

from __future__ import annotations

from bot.channels.bluesky.channel import Bluesky

__all__ = ["Bluesky"]
