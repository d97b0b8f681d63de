"""Mastodon: one account on one instance, fetched by its stream."""

from __future__ import annotations

from bot.channels.mastodon.channel import Mastodon

__all__ = ["Mastodon"]
