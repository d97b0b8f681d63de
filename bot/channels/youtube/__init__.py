"""YouTube: the comments below the videos of one channel, fetched within its daily quota."""

from __future__ import annotations

from bot.channels.youtube.channel import YouTube

__all__ = ["YouTube"]
