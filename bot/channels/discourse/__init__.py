"""Discourse: one account, by webhook."""

from __future__ import annotations

from bot.channels.discourse.channel import Discourse

__all__ = ["Discourse"]
