"""The web chat: its page, its widget for other pages, and the interface behind them."""

from __future__ import annotations

from bot.chat.routes import add_chat

__all__ = ["add_chat"]
