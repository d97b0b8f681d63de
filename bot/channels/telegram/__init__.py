"""Telegram: one bot per market, by webhook or by long polling."""

from __future__ import annotations

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
